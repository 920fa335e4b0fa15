// affine.parallel with bounds of several terms and reductions.
// RUN: autodiff-run %s --entry affine --arg rand:5x5:1 --arg 5 --mode check
func.func @affine(%a: memref<?x?xf64>, %n: index) -> (f64, f64) {
  %r:2 = affine.parallel (%i, %j) = (0, max(1, -2)) to (%n, min(%n, 7)) reduce ("mulf", "maximumf") -> (f64, f64) {
    %x = affine.load %a[%i, %j] : memref<?x?xf64>
    %z = math.sin %x : f64
    affine.yield %z, %x : f64, f64
  }
  return %r#0, %r#1 : f64, f64
}
