// Outside of modules of kernels, the number of a memory space says nothing: a global in any of them has a shadow.
// RUN: autodiff-run %s --entry main --arg 0.7 --arg 3 --activity active,const --mode check
// RUN: autodiff-run %s --entry main --arg 0.7 --arg 3 --activity active,const --mode vjp | FileCheck %s
memref.global "private" @three : memref<f64, 3> = dense<0.0>
memref.global "private" @five : memref<f64, 5> = dense<0.0>
memref.global "private" @one : memref<f64, 1> = dense<0.0>
// Each call makes x times the global of it.
func.func private @power(%x: f64, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %goes_on = arith.cmpi ne, %n, %c0 : index
  scf.if %goes_on {
    %three = memref.get_global @three : memref<f64, 3>
    %five = memref.get_global @five : memref<f64, 5>
    %one = memref.get_global @one : memref<f64, 1>
    %a = memref.load %three[] : memref<f64, 3>
    %a_next = arith.mulf %a, %x : f64
    memref.store %a_next, %three[] : memref<f64, 3>
    %b = memref.load %five[] : memref<f64, 5>
    %b_next = arith.mulf %b, %x : f64
    memref.store %b_next, %five[] : memref<f64, 5>
    %c = memref.load %one[] : memref<f64, 1>
    %c_next = arith.mulf %c, %x : f64
    memref.store %c_next, %one[] : memref<f64, 1>
    %less = arith.subi %n, %c1 : index
    func.call @power(%x, %less) : (f64, index) -> ()
  }
  return
}
// 3 x^4 for n = 3.
// CHECK: grad-arg-0 {{.*}} {{4\.11(6|5999)}}
func.func @main(%x: f64, %n: index) -> f64 {
  %three = memref.get_global @three : memref<f64, 3>
  %five = memref.get_global @five : memref<f64, 5>
  %one = memref.get_global @one : memref<f64, 1>
  memref.store %x, %three[] : memref<f64, 3>
  memref.store %x, %five[] : memref<f64, 5>
  memref.store %x, %one[] : memref<f64, 1>
  func.call @power(%x, %n) : (f64, index) -> ()
  %a = memref.load %three[] : memref<f64, 3>
  %b = memref.load %five[] : memref<f64, 5>
  %c = memref.load %one[] : memref<f64, 1>
  %ab = arith.addf %a, %b : f64
  %y = arith.addf %ab, %c : f64
  return %y : f64
}
