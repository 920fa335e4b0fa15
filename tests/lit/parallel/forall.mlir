// scf.forall on buffers.
// RUN: autodiff-run %s --entry forall --arg rand:6:1 --arg rand:6:2 --mode check
func.func @forall(%a: memref<?xf64>, %b: memref<?xf64>) {
  %c0 = arith.constant 0 : index
  %n = memref.dim %a, %c0 : memref<?xf64>
  scf.forall (%i) in (%n) {
    %x = memref.load %a[%i] : memref<?xf64>
    %z = math.sin %x : f64
    memref.store %z, %b[%i] : memref<?xf64>
  }
  return
}
