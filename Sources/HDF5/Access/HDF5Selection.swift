internal import CHDF5

/// Which elements of a dataset are moved, and how they lie in memory.
struct HDF5Selection: ~Copyable {
  let file: HDF5Handle
  let memory: HDF5Handle
}
