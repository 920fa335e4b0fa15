// The derivative of a product is exact where factors are zero: that of a single zero is the product of the others.
// RUN: autodiff-run %s --entry product --arg 2 --arg 0 --arg 3 --arg 5 --mode vjp | FileCheck %s --check-prefix=ONE
// RUN: autodiff-run %s --entry product --arg 2 --arg 0 --arg 0 --arg 5 --mode vjp | FileCheck %s --check-prefix=TWO
func.func @product(%x0: f64, %x1: f64, %x2: f64, %x3: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %one = arith.constant 1.0 : f64
  %a = memref.alloc() : memref<4xf64>
  memref.store %x0, %a[%c0] : memref<4xf64>
  memref.store %x1, %a[%c1] : memref<4xf64>
  memref.store %x2, %a[%c2] : memref<4xf64>
  memref.store %x3, %a[%c3] : memref<4xf64>
  %r = scf.parallel (%i) = (%c0) to (%c4) step (%c1) init (%one) -> f64 {
    %x = memref.load %a[%i] : memref<4xf64>
    scf.reduce(%x : f64) {
    ^bb0(%l: f64, %q: f64):
      %t = arith.mulf %q, %l : f64
      scf.reduce.return %t : f64
    }
  }
  memref.dealloc %a : memref<4xf64>
  return %r : f64
}
// ONE: grad-arg-0 {{.*}} 0{{$}}
// ONE: grad-arg-1 {{.*}} 30{{$}}
// ONE: grad-arg-2 {{.*}} 0{{$}}
// ONE: grad-arg-3 {{.*}} 0{{$}}
// TWO: grad-arg-0 {{.*}} 0{{$}}
// TWO: grad-arg-1 {{.*}} 0{{$}}
// TWO: grad-arg-2 {{.*}} 0{{$}}
// TWO: grad-arg-3 {{.*}} 0{{$}}
