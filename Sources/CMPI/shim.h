// The constants of mpi.h are macros over addresses of library variables, which Swift cannot import.

#ifndef CMPI_SHIM_H
#define CMPI_SHIM_H

#include <mpi.h>

static inline MPI_Comm _Nonnull CMPICommWorld(void) { return MPI_COMM_WORLD; }
static inline MPI_Errhandler _Nonnull CMPIErrorsReturn(void) { return MPI_ERRORS_RETURN; }
static inline MPI_Datatype _Nonnull CMPIFloat(void) { return MPI_FLOAT; }
static inline MPI_Datatype _Nonnull CMPIDouble(void) { return MPI_DOUBLE; }
static inline MPI_Datatype _Nonnull CMPIByte(void) { return MPI_BYTE; }
static inline MPI_Datatype _Nonnull CMPIInt32(void) { return MPI_INT32_T; }
static inline MPI_Datatype _Nonnull CMPIInt64(void) { return MPI_INT64_T; }
static inline MPI_Op _Nonnull CMPISum(void) { return MPI_SUM; }
static inline void *_Nonnull CMPIInPlace(void) { return MPI_IN_PLACE; }
static inline MPI_Status *_Nullable CMPIStatusIgnore(void) { return MPI_STATUS_IGNORE; }
static inline MPI_Status *_Nullable CMPIStatusesIgnore(void) { return MPI_STATUSES_IGNORE; }

#endif
