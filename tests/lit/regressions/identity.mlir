// A value that is returned as it came has a derivative too, though nothing computes with it.
// RUN: autodiff-run %s --entry number --arg 0.3 --mode check
// RUN: autodiff-run %s --entry number --arg 0.3 --mode vjp --json | FileCheck %s
// RUN: autodiff-run %s --entry tensor --arg rand:4:1 --mode check
// RUN: autodiff-run %s --entry buffer --arg rand:4:1 --mode check
// CHECK: "gradients":[{"index":0,{{.*}}"values":[1.0]
func.func @number(%x: f64) -> f64 {
  return %x : f64
}
func.func @tensor(%x: tensor<?xf64>) -> tensor<?xf64> {
  return %x : tensor<?xf64>
}
func.func @buffer(%x: memref<?xf64>) -> memref<?xf64> {
  return %x : memref<?xf64>
}
