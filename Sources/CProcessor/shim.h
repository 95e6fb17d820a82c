// What Swift cannot see of the compiler and of Linux: the instruction set that the targets importing this
// header are compiled for, prefetching, and affinity.

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

/// The instructions that the compiler may use in the importing target, by their names in Linux'
/// /proc/cpuinfo, each with a space before it. Those it never chooses by itself are left out.
static inline const char *_Nonnull compiled_instructions(void) {
  return ""
#ifdef __SSE3__
         " pni"
#endif
#ifdef __SSSE3__
         " ssse3"
#endif
#ifdef __SSE4_1__
         " sse4_1"
#endif
#ifdef __SSE4_2__
         " sse4_2"
#endif
#ifdef __SSE4A__
         " sse4a"
#endif
#ifdef __POPCNT__
         " popcnt"
#endif
#ifdef __MOVBE__
         " movbe"
#endif
#ifdef __LZCNT__
         " abm"
#endif
#ifdef __BMI__
         " bmi1"
#endif
#ifdef __BMI2__
         " bmi2"
#endif
#ifdef __ADX__
         " adx"
#endif
#ifdef __AES__
         " aes"
#endif
#ifdef __PCLMUL__
         " pclmulqdq"
#endif
#ifdef __SHA__
         " sha_ni"
#endif
#ifdef __F16C__
         " f16c"
#endif
#ifdef __FMA__
         " fma"
#endif
#ifdef __FMA4__
         " fma4"
#endif
#ifdef __XOP__
         " xop"
#endif
#ifdef __AVX__
         " avx"
#endif
#ifdef __AVX2__
         " avx2"
#endif
#ifdef __AVXVNNI__
         " avx_vnni"
#endif
#ifdef __GFNI__
         " gfni"
#endif
#ifdef __VAES__
         " vaes"
#endif
#ifdef __VPCLMULQDQ__
         " vpclmulqdq"
#endif
#ifdef __AVX512F__
         " avx512f"
#endif
#ifdef __AVX512CD__
         " avx512cd"
#endif
#ifdef __AVX512DQ__
         " avx512dq"
#endif
#ifdef __AVX512BW__
         " avx512bw"
#endif
#ifdef __AVX512VL__
         " avx512vl"
#endif
#ifdef __AVX512IFMA__
         " avx512ifma"
#endif
#ifdef __AVX512VBMI__
         " avx512vbmi"
#endif
#ifdef __AVX512VBMI2__
         " avx512_vbmi2"
#endif
#ifdef __AVX512VNNI__
         " avx512_vnni"
#endif
#ifdef __AVX512BITALG__
         " avx512_bitalg"
#endif
#ifdef __AVX512VPOPCNTDQ__
         " avx512_vpopcntdq"
#endif
#ifdef __AVX512BF16__
         " avx512_bf16"
#endif
#ifdef __AVX512FP16__
         " avx512_fp16"
#endif
#ifdef __AVX512VP2INTERSECT__
         " avx512_vp2intersect"
#endif
      ;
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
