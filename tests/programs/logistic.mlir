// Gradient descent on logistic regression, differentiated through its steps: the request inside the program is expanded
// first, so this is a derivative of derivatives (the hypergradient of the step and of the penalty).
// RUN: autodiff-run %s --entry loss --arg rand:3:1 --arg rand:6x3:2 --arg rand:6:3 --arg 0.1 --activity dup,const,const,active --mode check
// RUN: autodiff-run %s --entry train --arg rand:3:1 --arg rand:6x3:2 --arg rand:6:3 --arg 0.1 --arg 0.3 --arg 4 --activity dup,const,const,active,active,const --mode check
// RUN: autodiff-run %s --entry train --arg rand:3:1 --arg rand:6x3:2 --arg rand:6:3 --arg 0.1 --arg 0.3 --arg 0 --activity dup,dup,const,active,active,const --mode check
func.func @loss(%w: memref<3xf64>, %x: memref<?x3xf64>, %label: memref<?xi32>, %penalty: f64) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %zero = arith.constant 0.0 : f64
  %three = arith.constant 3 : i32
  %n = memref.dim %x, %c0 : memref<?x3xf64>
  %norm = scf.for %j = %c0 to %c3 step %c1 iter_args(%s = %zero) -> f64 {
    %u = memref.load %w[%j] : memref<3xf64>
    %uu = arith.mulf %u, %u : f64
    %t = arith.addf %s, %uu : f64
    scf.yield %t : f64
  }
  %regular = arith.mulf %penalty, %norm : f64
  %total = scf.for %i = %c0 to %n step %c1 iter_args(%acc = %regular) -> f64 {
    %z = scf.for %j = %c0 to %c3 step %c1 iter_args(%s = %zero) -> f64 {
      %u = memref.load %w[%j] : memref<3xf64>
      %v = memref.load %x[%i, %j] : memref<?x3xf64>
      %uv = arith.mulf %u, %v : f64
      %t = arith.addf %s, %uv : f64
      scf.yield %t : f64
    }
    %class = memref.load %label[%i] : memref<?xi32>
    %positive = arith.cmpi sgt, %class, %three : i32
    %minus = arith.negf %z : f64
    %margin = arith.select %positive, %z, %minus : f64
    // log(1 + exp(-margin)) without overflow.
    %a = math.absf %margin : f64
    %na = arith.negf %a : f64
    %e = math.exp %na : f64
    %l = math.log1p %e : f64
    %nm = arith.negf %margin : f64
    %hinge = arith.maximumf %nm, %zero : f64
    %term = arith.addf %hinge, %l : f64
    %next = arith.addf %acc, %term : f64
    scf.yield %next : f64
  }
  return %total : f64
}
func.func @train(%w: memref<3xf64>, %x: memref<?x3xf64>, %label: memref<?xi32>, %penalty: f64, %rate: f64, %steps: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %zero = arith.constant 0.0 : f64
  %one = arith.constant 1.0 : f64
  %g = memref.alloc() : memref<3xf64>
  scf.for %t = %c0 to %steps step %c1 {
    scf.for %j = %c0 to %c3 step %c1 {
      memref.store %zero, %g[%j] : memref<3xf64>
    }
    autodiff.vjp @loss(%w, %g, %x, %label, %penalty, %one) args [dup, const, const, const] results [active_noneed]
      : (memref<3xf64>, memref<3xf64>, memref<?x3xf64>, memref<?xi32>, f64, f64) -> ()
    scf.for %j = %c0 to %c3 step %c1 {
      %u = memref.load %w[%j] : memref<3xf64>
      %d = memref.load %g[%j] : memref<3xf64>
      %rd = arith.mulf %rate, %d : f64
      %v = arith.subf %u, %rd : f64
      memref.store %v, %w[%j] : memref<3xf64>
    }
  }
  memref.dealloc %g : memref<3xf64>
  %y = call @loss(%w, %x, %label, %penalty) : (memref<3xf64>, memref<?x3xf64>, memref<?xi32>, f64) -> f64
  return %y : f64
}
