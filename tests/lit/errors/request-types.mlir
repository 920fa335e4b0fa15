// What no derivative can be asked by is refused at the request.
// RUN: autodiff-opt %s --split-input-file --autodiff-differentiate --verify-diagnostics

func.func @same(%a: memref<*xf64>) -> memref<*xf64> {
  return %a : memref<*xf64>
}
func.func @unranked(%a: memref<*xf64>, %s: memref<*xf64>, %b: memref<*xf64>) -> memref<*xf64> {
  // expected-error @below {{'autodiff.vjp' op: result #0 of '@same' is a buffer without a rank, to which no cotangent can be added; cast it to one with a rank}}
  %0 = autodiff.vjp @same(%a, %s, %b) args [dup] results [active] : (memref<*xf64>, memref<*xf64>, memref<*xf64>) -> memref<*xf64>
  return %0 : memref<*xf64>
}

// -----

func.func @pass(%x: f64, %t: !autodiff.tape) -> f64 {
  return %x : f64
}
func.func @tape(%x: f64, %t: !autodiff.tape, %s: !autodiff.tape, %b: f64) -> f64 {
  // expected-error @below {{'autodiff.vjp' op: argument #1 of '@pass' is a tape, which cannot be differentiated; mark it 'const'}}
  %0 = autodiff.vjp @pass(%x, %t, %s, %b) args [active, dup] results [active_noneed] : (f64, !autodiff.tape, !autodiff.tape, f64) -> f64
  return %0 : f64
}
