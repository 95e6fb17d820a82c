import MPI
import XCTest

final class MPISessionTests: XCTestCase {
  func testRanksShareAHostWhereTheirLauncherSaysSo() {
    func share(_ variables: [String: String]) -> Bool {
      MPISession.ranksShareAHost { variables[$0] }
    }
    let srun = ["PMIX_RANK": "1", "SLURM_PROCID": "1"]
    let mpirun = ["OMPI_COMM_WORLD_SIZE": "4", "PMIX_RANK": "0"]
    XCTAssertTrue(share([:]))
    XCTAssertTrue(share(mpirun.merging(["OMPI_COMM_WORLD_LOCAL_SIZE": "4"]) { $1 }))
    XCTAssertFalse(share(mpirun.merging(["OMPI_COMM_WORLD_LOCAL_SIZE": "2"]) { $1 }))
    XCTAssertFalse(share(mpirun))
    // One rank a host, in an allocation whose daemons srun has started one by one.
    XCTAssertFalse(
      share([
        "OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_LOCAL_SIZE": "1", "SLURM_STEP_NUM_NODES": "1",
      ]))
    XCTAssertTrue(share(srun.merging(["SLURM_STEP_NUM_NODES": "1"]) { $1 }))
    XCTAssertFalse(share(srun.merging(["SLURM_STEP_NUM_NODES": "2"]) { $1 }))
    XCTAssertFalse(share(srun))
    XCTAssertFalse(share(["PMI_RANK": "0"]))
  }
}
