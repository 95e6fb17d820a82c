import COpenBLAS

/// Single-precision matrix products by OpenBLAS, all matrices row-major.
///
/// Leading dimensions are floats from one row to the next. With `accumulating` the product is added
/// to what `c` holds, otherwise `c` is overwritten.
public enum GEMM {
  /// `c[m, n] = a[m, k] · b[k, n]`.
  public static func multiply(
    m: Int, n: Int, k: Int,
    _ a: UnsafePointer<Float>, _ lda: Int,
    _ b: UnsafePointer<Float>, _ ldb: Int,
    into c: UnsafeMutablePointer<Float>, _ ldc: Int, accumulating: Bool = false
  ) {
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(m), Int32(n), Int32(k),
      1, a, Int32(lda), b, Int32(ldb), accumulating ? 1 : 0, c, Int32(ldc))
  }

  /// `c[m, n] = a[m, k] · b[n, k]ᵀ`: the gradient of a product with respect to its left factor.
  public static func multiplyByTransposed(
    m: Int, n: Int, k: Int,
    _ a: UnsafePointer<Float>, _ lda: Int,
    _ b: UnsafePointer<Float>, _ ldb: Int,
    into c: UnsafeMutablePointer<Float>, _ ldc: Int, accumulating: Bool = false
  ) {
    cblas_sgemm(
      CblasRowMajor, CblasNoTrans, CblasTrans, Int32(m), Int32(n), Int32(k),
      1, a, Int32(lda), b, Int32(ldb), accumulating ? 1 : 0, c, Int32(ldc))
  }

  /// `c[m, n] = a[k, m]ᵀ · b[k, n]`: the gradient of a product with respect to its right factor.
  public static func multiplyTransposed(
    m: Int, n: Int, k: Int,
    _ a: UnsafePointer<Float>, _ lda: Int,
    _ b: UnsafePointer<Float>, _ ldb: Int,
    into c: UnsafeMutablePointer<Float>, _ ldc: Int, accumulating: Bool
  ) {
    cblas_sgemm(
      CblasRowMajor, CblasTrans, CblasNoTrans, Int32(m), Int32(n), Int32(k),
      1, a, Int32(lda), b, Int32(ldb), accumulating ? 1 : 0, c, Int32(ldc))
  }
}
