// A convolution, a bias, a rectifier, a maximum over windows, and a dense layer.
// RUN: autodiff-run %s --entry net --arg rand:6x6:1 --arg rand:2x3x3:2 --arg rand:2:3 --arg rand:2x2x2:4 --mode check
// RUN: autodiff-run %s --entry net --arg rand:6x6:5 --arg rand:2x3x3:6 --arg rand:2:7 --arg rand:2x2x2:8 --activity const,dup,dup,dup --mode check
func.func @net(%image: memref<6x6xf64>, %kernel: memref<2x3x3xf64>, %bias: memref<2xf64>, %dense: memref<2x2x2xf64>) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c4 = arith.constant 4 : index
  %zero = arith.constant 0.0 : f64
  %lowest = arith.constant -3.0e38 : f64
  %maps = memref.alloc() : memref<2x4x4xf64>
  scf.for %f = %c0 to %c2 step %c1 {
    %b = memref.load %bias[%f] : memref<2xf64>
    scf.for %i = %c0 to %c4 step %c1 {
      scf.for %j = %c0 to %c4 step %c1 {
        memref.store %b, %maps[%f, %i, %j] : memref<2x4x4xf64>
        scf.for %u = %c0 to %c3 step %c1 {
          scf.for %v = %c0 to %c3 step %c1 {
            %y = arith.addi %i, %u : index
            %x = arith.addi %j, %v : index
            %p = memref.load %image[%y, %x] : memref<6x6xf64>
            %k = memref.load %kernel[%f, %u, %v] : memref<2x3x3xf64>
            %s = memref.load %maps[%f, %i, %j] : memref<2x4x4xf64>
            %t = math.fma %p, %k, %s : f64
            memref.store %t, %maps[%f, %i, %j] : memref<2x4x4xf64>
          }
        }
        %s = memref.load %maps[%f, %i, %j] : memref<2x4x4xf64>
        %r = arith.maximumf %s, %zero : f64
        memref.store %r, %maps[%f, %i, %j] : memref<2x4x4xf64>
      }
    }
  }
  %out = scf.for %f = %c0 to %c2 step %c1 iter_args(%acc = %zero) -> f64 {
    %rows = scf.for %i = %c0 to %c2 step %c1 iter_args(%acc1 = %acc) -> f64 {
      %columns = scf.for %j = %c0 to %c2 step %c1 iter_args(%acc2 = %acc1) -> f64 {
        %y0 = arith.muli %i, %c2 : index
        %x0 = arith.muli %j, %c2 : index
        %window = memref.subview %maps[%f, %y0, %x0] [1, 2, 2] [1, 1, 1] : memref<2x4x4xf64> to memref<2x2xf64, strided<[4, 1], offset: ?>>
        %most = scf.for %u = %c0 to %c2 step %c1 iter_args(%m = %lowest) -> f64 {
          %l = memref.load %window[%u, %c0] : memref<2x2xf64, strided<[4, 1], offset: ?>>
          %r = memref.load %window[%u, %c1] : memref<2x2xf64, strided<[4, 1], offset: ?>>
          %a = arith.maximumf %l, %r : f64
          %b = arith.maximumf %m, %a : f64
          scf.yield %b : f64
        }
        %w = memref.load %dense[%f, %i, %j] : memref<2x2x2xf64>
        %h = math.tanh %most : f64
        %wh = arith.mulf %w, %h : f64
        %next = arith.addf %acc2, %wh : f64
        scf.yield %next : f64
      }
      scf.yield %columns : f64
    }
    scf.yield %rows : f64
  }
  memref.dealloc %maps : memref<2x4x4xf64>
  return %out : f64
}
