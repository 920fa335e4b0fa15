// `memref.copy` accumulates into the shadow of its source and clears that of its target.
// RUN: autodiff-run %s --entry f --arg rand:4:1 --arg rand:4:2 --mode check
// RUN: autodiff-run %s --entry strided --arg rand:4x4:1 --mode check
// RUN: autodiff-run %s --entry constant_source --arg rand:4:1 --arg rand:4:2 --activity dup,const --mode check
// RUN: autodiff-run %s --entry in_loop --arg rand:3:1 --arg 5 --mode check
func.func @f(%a: memref<4xf64>, %b: memref<4xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %x = memref.load %b[%c0] : memref<4xf64>
  memref.copy %a, %b : memref<4xf64> to memref<4xf64>
  %y = memref.load %b[%c0] : memref<4xf64>
  %z = arith.mulf %x, %y : f64
  memref.store %z, %a[%c0] : memref<4xf64>
  return %z : f64
}
func.func @strided(%a: memref<4x4xf64>) {
  %row = memref.subview %a[1, 0] [1, 4] [1, 1] : memref<4x4xf64> to memref<4xf64, strided<[1], offset: 4>>
  %column = memref.subview %a[0, 2] [4, 1] [1, 1] : memref<4x4xf64> to memref<4xf64, strided<[4], offset: 2>>
  %t = memref.alloc() : memref<4xf64>
  memref.copy %row, %t : memref<4xf64, strided<[1], offset: 4>> to memref<4xf64>
  %c1 = arith.constant 1 : index
  %x = memref.load %t[%c1] : memref<4xf64>
  %y = math.exp %x : f64
  memref.store %y, %t[%c1] : memref<4xf64>
  memref.copy %t, %column : memref<4xf64> to memref<4xf64, strided<[4], offset: 2>>
  memref.dealloc %t : memref<4xf64>
  return
}
// What is copied has no derivative: the shadow of the target is cleared.
func.func @constant_source(%a: memref<4xf64>, %b: memref<4xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %x = memref.load %a[%c0] : memref<4xf64>
  memref.copy %b, %a : memref<4xf64> to memref<4xf64>
  %y = memref.load %a[%c0] : memref<4xf64>
  %xx = arith.mulf %x, %x : f64
  %z = arith.mulf %xx, %y : f64
  return %z : f64
}
func.func @in_loop(%a: memref<3xf64>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %b = memref.alloc() : memref<3xf64>
  scf.for %t = %c0 to %n step %c1 {
    memref.copy %a, %b : memref<3xf64> to memref<3xf64>
    scf.for %i = %c0 to %c3 step %c1 {
      %next = arith.addi %i, %c1 : index
      %j = arith.remui %next, %c3 : index
      %x = memref.load %b[%i] : memref<3xf64>
      %y = memref.load %b[%j] : memref<3xf64>
      %xy = arith.mulf %x, %y : f64
      %z = math.cos %xy : f64
      memref.store %z, %a[%i] : memref<3xf64>
    }
  }
  memref.dealloc %b : memref<3xf64>
  return
}
