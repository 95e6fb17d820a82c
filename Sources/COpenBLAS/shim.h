// What Swift cannot see of OpenBLAS, of the compiler and of Linux: cblas.h, the instruction set that
// the targets importing this header are compiled for, and affinity.

#include <cblas.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/// 1 when the importing target is compiled for AVX-512 (F, DQ, BW, VL), else 0.
static inline int compiled_for_avx512(void) {
#if defined(__AVX512F__) && defined(__AVX512DQ__) && defined(__AVX512BW__) && defined(__AVX512VL__)
  return 1;
#else
  return 0;
#endif
}

/// 1 when the importing target is compiled for AVX2 and FMA, else 0.
static inline int compiled_for_avx2(void) {
#if defined(__AVX2__) && defined(__FMA__)
  return 1;
#else
  return 0;
#endif
}

/// Asks for the cache line at `address`, soon to be read.
static inline void prefetch_for_reading(const void *address) { __builtin_prefetch(address, 0, 2); }

/// Asks for the cache line at `address`, soon to be written.
static inline void prefetch_for_writing(const void *address) { __builtin_prefetch(address, 1, 2); }

/// Confines the calling thread to one processor; 0 when the system did.
static inline int bind_to_processor(int processor) {
  unsigned char mask[1024];
  if (processor < 0 || processor >= 8 * (int)sizeof mask) return -1;
  memset(mask, 0, sizeof mask);
  mask[processor / 8] = (unsigned char)(1 << processor % 8);
  return (int)syscall(SYS_sched_setaffinity, 0, sizeof mask, mask);
}
