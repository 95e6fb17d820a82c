import MPI
import XCTest

final class MPISessionTests: XCTestCase {
  func testRanksAreWhereTheirLauncherSays() {
    func reach(_ variables: [String: String]) -> MPISession.Reach {
      MPISession.Reach { variables[$0] }
    }
    let srun = ["PMIX_RANK": "1", "SLURM_PROCID": "1"]
    let mpirun = ["OMPI_COMM_WORLD_SIZE": "4", "PMIX_RANK": "0"]
    XCTAssertEqual(reach([:]), .process)
    XCTAssertEqual(reach(["SLURM_JOB_ID": "7", "SLURM_NNODES": "2"]), .process)
    XCTAssertEqual(reach(mpirun.merging(["OMPI_COMM_WORLD_LOCAL_SIZE": "4"]) { $1 }), .host)
    XCTAssertEqual(reach(mpirun.merging(["OMPI_COMM_WORLD_LOCAL_SIZE": "2"]) { $1 }), .hosts)
    XCTAssertEqual(reach(mpirun), .hosts)
    // One rank a host, in an allocation whose daemons srun has started one by one.
    XCTAssertEqual(
      reach([
        "OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_LOCAL_SIZE": "1", "SLURM_STEP_NUM_NODES": "1",
      ]), .hosts)
    XCTAssertEqual(reach(srun.merging(["SLURM_STEP_NUM_NODES": "1"]) { $1 }), .host)
    XCTAssertEqual(reach(srun.merging(["SLURM_STEP_NUM_NODES": "2"]) { $1 }), .hosts)
    XCTAssertEqual(reach(srun), .hosts)
    XCTAssertEqual(reach(["PMI_RANK": "0"]), .hosts)
    let hydra = ["PMI_RANK": "0", "PMI_SIZE": "3", "SLURM_STEP_NUM_NODES": "1"]
    XCTAssertEqual(reach(hydra.merging(["MPI_LOCALNRANKS": "3"]) { $1 }), .host)
    XCTAssertEqual(reach(hydra.merging(["MPI_LOCALNRANKS": "1"]) { $1 }), .hosts)
  }
}
