import ArgumentParser

/// A command that takes no part in MPI: where several processes were started, the first alone runs
/// it.
///
/// The others would say the same, and MPICH's `mpirun` ends none of them when one has failed.
protocol UnsharedCommand: ParsableCommand {}
