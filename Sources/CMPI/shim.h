// What Swift cannot take from mpi.h as it is: constants, which are macros over addresses of library
// variables in Open MPI and casts in MPICH; and requests, which are pointers in the one and numbers in
// the other. No other file knows which of the two it is.

#ifndef CMPI_SHIM_H
#define CMPI_SHIM_H

#include <mpi.h>
#include <stdbool.h>

#ifdef OPEN_MPI
#define CMPI_HANDLE(type) type _Nonnull
#else
#define CMPI_HANDLE(type) type
#endif

static inline CMPI_HANDLE(MPI_Comm) CMPICommWorld(void) { return MPI_COMM_WORLD; }
static inline CMPI_HANDLE(MPI_Errhandler) CMPIErrorsReturn(void) { return MPI_ERRORS_RETURN; }
static inline CMPI_HANDLE(MPI_Datatype) CMPIFloat(void) { return MPI_FLOAT; }
static inline CMPI_HANDLE(MPI_Datatype) CMPIDouble(void) { return MPI_DOUBLE; }
static inline CMPI_HANDLE(MPI_Datatype) CMPIByte(void) { return MPI_BYTE; }
static inline CMPI_HANDLE(MPI_Datatype) CMPIInt32(void) { return MPI_INT32_T; }
static inline CMPI_HANDLE(MPI_Datatype) CMPIInt64(void) { return MPI_INT64_T; }
static inline CMPI_HANDLE(MPI_Datatype) CMPIUInt16(void) { return MPI_UINT16_T; }
static inline CMPI_HANDLE(MPI_Op) CMPISum(void) { return MPI_SUM; }
static inline void *_Nonnull CMPIInPlace(void) { return MPI_IN_PLACE; }
static inline MPI_Status *_Nullable CMPIStatusIgnore(void) { return MPI_STATUS_IGNORE; }

/// A group of ranks that was split off, see MPI_Comm_split.
typedef struct {
  MPI_Comm handle;
} CMPIGroup;

static inline int CMPICommSplit(
    CMPI_HANDLE(MPI_Comm) parent, int color, int key, CMPIGroup *_Nonnull group) {
  return MPI_Comm_split(parent, color, key, &group->handle);
}

static inline CMPIGroup CMPIGroupNull(void) {
  CMPIGroup group = {MPI_COMM_NULL};
  return group;
}

/// The color of a rank that is to be in no group.
static inline int CMPIUndefined(void) { return MPI_UNDEFINED; }

/// Not to be asked of CMPIGroupNull.
static inline CMPI_HANDLE(MPI_Comm) CMPIGroupHandle(CMPIGroup group) { return group.handle; }

static inline int CMPIGroupFree(CMPIGroup *_Nonnull group) { return MPI_Comm_free(&group->handle); }

/// A message under way; alone in its struct, so that an array of these is one of MPI_Request.
typedef struct {
  MPI_Request handle;
} CMPIRequest;

static inline CMPIRequest CMPIRequestNull(void) {
  CMPIRequest request = {MPI_REQUEST_NULL};
  return request;
}

static inline bool CMPIRequestIsNull(CMPIRequest request) {
  return request.handle == MPI_REQUEST_NULL;
}

static inline int CMPIIsend(
    const void *_Nullable buffer, int count, CMPI_HANDLE(MPI_Datatype) type, int peer, int tag,
    CMPI_HANDLE(MPI_Comm) communicator, CMPIRequest *_Nonnull request) {
  return MPI_Isend(buffer, count, type, peer, tag, communicator, &request->handle);
}

static inline int CMPIIrecv(
    void *_Nullable buffer, int count, CMPI_HANDLE(MPI_Datatype) type, int peer, int tag,
    CMPI_HANDLE(MPI_Comm) communicator, CMPIRequest *_Nonnull request) {
  return MPI_Irecv(buffer, count, type, peer, tag, communicator, &request->handle);
}

/// Whether a message of any rank with this tag has come; its bytes and who has sent them.
static inline int CMPIProbeBytes(
    int tag, CMPI_HANDLE(MPI_Comm) communicator, int *_Nonnull isThere, int *_Nonnull peer,
    int *_Nonnull count) {
  MPI_Status status;
  int code = MPI_Iprobe(MPI_ANY_SOURCE, tag, communicator, isThere, &status);
  if (code != MPI_SUCCESS || !*isThere) return code;
  *peer = status.MPI_SOURCE;
  return MPI_Get_count(&status, MPI_BYTE, count);
}

static inline int CMPITestall(int count, CMPIRequest *_Nonnull requests, int *_Nonnull isDone) {
  return MPI_Testall(count, &requests->handle, isDone, MPI_STATUSES_IGNORE);
}

static inline int CMPITestsome(
    int count, CMPIRequest *_Nonnull requests, int *_Nonnull arrived, int *_Nonnull indices) {
  return MPI_Testsome(count, &requests->handle, arrived, indices, MPI_STATUSES_IGNORE);
}

static inline int CMPIWaitsome(
    int count, CMPIRequest *_Nonnull requests, int *_Nonnull arrived, int *_Nonnull indices) {
  return MPI_Waitsome(count, &requests->handle, arrived, indices, MPI_STATUSES_IGNORE);
}

#endif
