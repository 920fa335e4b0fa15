// An iteration that runs an unknown number of times keeps a stack of its own.
// RUN: autodiff-run %s --entry inner_while --arg rand:7:1 --arg rand:7:2 --mode check
// RUN: autodiff-opt %s --autodiff-wrap=function=inner_while --autodiff-differentiate | FileCheck %s
func.func @inner_while(%a: memref<?xf64>, %b: memref<?xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %one = arith.constant 1.0 : f64
  %n = memref.dim %a, %c0 : memref<?xf64>
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    %x = memref.load %a[%i] : memref<?xf64>
    %x1 = arith.addf %x, %one : f64
    %k = scf.while (%v = %x1) : (f64) -> f64 {
      %e = math.exp %v : f64
      %lim = arith.constant 60.0 : f64
      %c = arith.cmpf olt, %e, %lim : f64
      scf.condition(%c) %v : f64
    } do {
    ^bb0(%v: f64):
      %s = math.sin %v : f64
      %w = arith.addf %v, %s : f64
      %u = arith.addf %w, %one : f64
      scf.yield %u : f64
    }
    memref.store %k, %b[%i] : memref<?xf64>
    scf.reduce
  }
  return
}
// CHECK-LABEL: func.func private @inner_while.vjp
// CHECK:         %[[ALL:.*]] = autodiff.cache(%{{.*}}) : <!autodiff.cache<f64>>
// CHECK:         scf.parallel
// CHECK:           %[[OWN:.*]] = autodiff.cache() : <f64>
// CHECK:           autodiff.push %[[OWN]], %[[ALL]]
// CHECK:         scf.parallel
// CHECK:           %[[POPPED:.*]] = autodiff.pop %[[ALL]]
// CHECK:           autodiff.free %[[POPPED]]
// CHECK:         autodiff.free %[[ALL]]
