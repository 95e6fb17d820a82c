/// HDF5's C interface, and its constants that are macros with a cast or a call in them, which Swift
/// does not import.
#pragma once

#include <hdf5.h>

static inline unsigned CHDF5_ACC_RDONLY(void) { return H5F_ACC_RDONLY; }
static inline unsigned CHDF5_ACC_TRUNC(void) { return H5F_ACC_TRUNC; }

static inline hid_t CHDF5_FILE_CREATE(void) { return H5P_FILE_CREATE; }
static inline hid_t CHDF5_FILE_ACCESS(void) { return H5P_FILE_ACCESS; }
static inline hid_t CHDF5_LINK_CREATE(void) { return H5P_LINK_CREATE; }
static inline hid_t CHDF5_DATASET_CREATE(void) { return H5P_DATASET_CREATE; }

static inline hid_t CHDF5_NATIVE_FLOAT(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t CHDF5_NATIVE_DOUBLE(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t CHDF5_NATIVE_UINT8(void) { return H5T_NATIVE_UINT8; }
static inline hid_t CHDF5_NATIVE_INT32(void) { return H5T_NATIVE_INT32; }
static inline hid_t CHDF5_NATIVE_INT64(void) { return H5T_NATIVE_INT64; }
static inline hid_t CHDF5_NATIVE_UINT64(void) { return H5T_NATIVE_UINT64; }
static inline hid_t CHDF5_C_S1(void) { return H5T_C_S1; }
static inline size_t CHDF5_VARIABLE(void) { return H5T_VARIABLE; }

static inline hid_t CHDF5_ERROR_TRUNCATED(void) { return H5E_TRUNCATED; }

/// Address of an object's header. The functions that tell it are other ones from 1.12 on.
static inline herr_t CHDF5_get_address(hid_t object, haddr_t *address) {
#if H5_VERSION_GE(1, 12, 0)
  H5O_info2_t information;
  if (H5Oget_info3(object, &information, H5O_INFO_BASIC) < 0) return -1;
  return H5VLnative_token_to_addr(object, information.token, address);
#else
  H5O_info_t information;
  if (H5Oget_info2(object, &information, H5O_INFO_BASIC) < 0) return -1;
  *address = information.addr;
  return 0;
#endif
}
