// Globals between functions: derivatives of derivatives, several directions at once, and the two halves of split mode.
// RUN: autodiff-run %s --entry slope --arg 0.7 --mode check
// RUN: autodiff-run %s --entry tangent --arg 0.7 --mode check
// RUN: autodiff-run %s --entry differences --arg 0.7 | FileCheck %s
memref.global "private" @state : memref<2xf64> = uninitialized
func.func private @step(%x: f64, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %s = memref.get_global @state : memref<2xf64>
  %more = arith.cmpi sgt, %n, %c0 : index
  scf.if %more {
    %v = memref.load %s[%c0] : memref<2xf64>
    %vx = arith.mulf %v, %x : f64
    %w = math.sin %vx : f64
    memref.store %w, %s[%c0] : memref<2xf64>
    %m = arith.subi %n, %c1 : index
    func.call @step(%w, %m) : (f64, index) -> ()
    %t = memref.load %s[%c0] : memref<2xf64>
    %tt = arith.mulf %t, %v : f64
    memref.store %tt, %s[%c1] : memref<2xf64>
  }
  return
}
func.func @f(%x: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = arith.constant 3 : index
  %s = memref.get_global @state : memref<2xf64>
  memref.store %x, %s[%c0] : memref<2xf64>
  call @step(%x, %n) : (f64, index) -> ()
  %v = memref.load %s[%c1] : memref<2xf64>
  %e = math.exp %v : f64
  return %e : f64
}
func.func @slope(%x: f64) -> f64 {
  %one = arith.constant 1.0 : f64
  %d = autodiff.vjp @f(%x, %one) args [active] results [active_noneed] : (f64, f64) -> f64
  return %d : f64
}
func.func @tangent(%x: f64) -> f64 {
  %one = arith.constant 1.0 : f64
  %d = autodiff.jvp @f(%x, %one) args [dup] results [dup_noneed] : (f64, f64) -> f64
  return %d : f64
}
// What directions and halves differ from one derivative at a time.
// CHECK-COUNT-5: result-{{[0-9]}} f64 0{{$}}
func.func @differences(%x: f64) -> (f64, f64, f64, f64, f64) {
  %one = arith.constant 1.0 : f64
  %two = arith.constant 2.0 : f64
  %d = call @slope(%x) : (f64) -> f64
  %t = call @tangent(%x) : (f64) -> f64
  %v:2 = autodiff.vjp @f(%x, %one, %two) args [active] results [active_noneed] {width = 2 : i64}
       : (f64, f64, f64) -> (f64, f64)
  %j:2 = autodiff.jvp @f(%x, %one, %two) args [dup] results [dup_noneed] {width = 2 : i64}
       : (f64, f64, f64) -> (f64, f64)
  %y, %tape = autodiff.augment @f(%x) args [active] results [active] : (f64) -> (f64, !autodiff.tape)
  // Between the halves the program goes on with its global.
  %s = memref.get_global @state : memref<2xf64>
  %c0 = arith.constant 0 : index
  memref.store %two, %s[%c0] : memref<2xf64>
  %p = autodiff.pullback @f(%tape, %one) args [active] results [active] : (!autodiff.tape, f64) -> f64
  %twice_d = arith.mulf %d, %two : f64
  %twice_t = arith.mulf %t, %two : f64
  %0 = arith.subf %v#0, %d : f64
  %1 = arith.subf %v#1, %twice_d : f64
  %2 = arith.subf %j#0, %t : f64
  %3 = arith.subf %j#1, %twice_t : f64
  %4 = arith.subf %p, %d : f64
  return %0, %1, %2, %3, %4 : f64, f64, f64, f64, f64
}
