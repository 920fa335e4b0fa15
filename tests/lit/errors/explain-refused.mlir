// A derivative that is refused is an error of the passes that explain it, too, behind what they have to say of the others.
// RUN: not autodiff-opt %s --autodiff-explain -o /dev/null 2>%t.err | FileCheck %s
// RUN: FileCheck %s --check-prefix=ERROR < %t.err
// RUN: not autodiff-opt %s --autodiff-print-locality -o /dev/null 2>&1 | FileCheck %s --check-prefix=ERROR
// RUN: not autodiff-opt %s --autodiff-explain=json=true -o /dev/null 2>&1 | FileCheck %s --check-prefix=ERROR
// RUN: autodiff-opt %s --autodiff-explain=function=square -o /dev/null

// ERROR: error: 'arith.bitcast' op cannot be differentiated
func.func @bits(%x: memref<?xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %one = arith.constant 1 : i64
  %n = memref.dim %x, %c0 : memref<?xf64>
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    %v = memref.load %x[%i] : memref<?xf64>
    %b = arith.bitcast %v : f64 to i64
    %next = arith.addi %b, %one : i64
    %w = arith.bitcast %next : i64 to f64
    memref.store %w, %x[%i] : memref<?xf64>
    scf.reduce
  }
  return
}

// CHECK: @square
func.func @square(%x: f64) -> f64 {
  %y = arith.mulf %x, %x : f64
  return %y : f64
}

func.func @requests(%x: memref<?xf64>, %dx: memref<?xf64>, %a: f64, %seed: f64) -> f64 {
  autodiff.vjp @bits(%x, %dx) args [dup] results [] : (memref<?xf64>, memref<?xf64>) -> ()
  %y = autodiff.vjp @square(%a, %seed) args [active] results [active_noneed] : (f64, f64) -> f64
  return %y : f64
}
