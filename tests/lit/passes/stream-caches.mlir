// Rows of large caches are stored past the processor's caches, by lines; small caches, short rows, loops that take long by
// themselves or wait for sums, and those that skip elements, are left as they are.
// RUN: autodiff-opt %s --autodiff-differentiate --autodiff-lower="sequential=true stream-above=0" | FileCheck %s
// RUN: autodiff-opt %s --autodiff-differentiate --autodiff-lower="sequential=true stream-above=0" | autodiff-run - --entry wrong --arg 1000 | FileCheck %s --check-prefix=NONE
// RUN: autodiff-opt %s --autodiff-differentiate --autodiff-lower="sequential=true stream-above=0" | autodiff-run - --entry wrong --arg 67 | FileCheck %s --check-prefix=NONE
// RUN: autodiff-opt %s --autodiff-differentiate --autodiff-lower="sequential=true stream-above=0" | autodiff-run - --entry wrong --arg 66 | FileCheck %s --check-prefix=NONE
// RUN: autodiff-opt %s --autodiff-differentiate --autodiff-lower="sequential=true stream-above=0" | autodiff-run - --entry wrong --arg 0 | FileCheck %s --check-prefix=NONE
// RUN: autodiff-opt %s --autodiff-differentiate --autodiff-localize --autodiff-lower="stream-above=0" | autodiff-run - --entry wrong --threads 2 --arg 1000 | FileCheck %s --check-prefix=NONE
// RUN: autodiff-run %s --entry squares --arg rand:300x301:1 --arg 120 --activity dup,const --mode check
// RUN: autodiff-run %s --entry squares --arg rand:300x301:1 --arg 120 --activity dup,const --mode check --threads 2
// NONE: {{^}}result-0 i64 0{{$}}
// The buffer starts with a line, and what is compared is its size.
// CHECK-LABEL: func.func private @squares.vjp
// CHECK:         %[[ROW:.*]] = memref.alloca() {alignment = 64 : i64} : memref<256xf64>
// CHECK:         %[[RAW:.*]] = memref.alloc(%{{.*}}) : memref<?xi8>
// CHECK:         %[[CACHE:.*]] = memref.view %[[RAW]][%{{.*}}][%{{.*}}] : memref<?xi8> to memref<?x?x?xf64>
// CHECK:         %[[LARGE:.*]] = arith.cmpi ugt
// CHECK:         scf.for
// CHECK:           scf.for
// CHECK:             %[[LONG:.*]] = arith.cmpi sge, %{{.*}}, %c64
// CHECK:             %[[BOTH:.*]] = arith.andi %[[LARGE]], %[[LONG]]
// CHECK:             scf.if %[[BOTH]] {
// CHECK:               %[[FLAT:.*]] = memref.collapse_shape %[[CACHE]]
// CHECK:               scf.for
// The value that the next iteration might have read is stored last.
// CHECK:                 scf.for
// CHECK:                   memref.store %{{.*}}, %{{.*}} : memref<?x?xf64>
// CHECK:                   memref.store %{{.*}}, %[[ROW]]
// CHECK-NEXT:            }
// CHECK:                 func.call @[[COPY:.*]](%[[ROW]], %[[FLAT]], %{{.*}}, %{{.*}})
// CHECK:                 llvm.fence syncscope("singlethread") acq_rel
// CHECK:             } else {
// CHECK:               memref.store %{{.*}}, %[[CACHE]]
// CHECK:         memref.dealloc %[[RAW]]
// Single elements up to the first line, lines, and the rest.
// CHECK:       func.func private @[[COPY]](%[[FROM:.*]]: memref<256xf64>, %[[TO:.*]]: memref<?xf64>, %{{.*}}: index, %{{.*}}: index) attributes {passthrough = ["noinline"]}
// CHECK:         scf.for
// CHECK:           memref.store %{{.*}}, %[[TO]]
// CHECK:         } {loop_annotation
// CHECK:         scf.for
// CHECK:           %[[LINE:.*]] = vector.load %[[FROM]]
// CHECK:           vector.store %[[LINE]], %[[TO]]{{.*}} {alignment = 64 : i64, nontemporal = true}
// CHECK:         scf.for
// CHECK:           memref.store %{{.*}}, %[[TO]]
// CHECK:         } {loop_annotation
// The sum of what squaring the elements of a matrix, but for its first columns, gives after some steps, halved each time.
func.func @squares(%x: memref<?x?xf64>, %steps: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %zero = arith.constant 0.0 : f64
  %half = arith.constant 0.5 : f64
  %m = memref.dim %x, %c0 : memref<?x?xf64>
  %n = memref.dim %x, %c1 : memref<?x?xf64>
  %y = memref.alloc(%m, %n) : memref<?x?xf64>
  memref.copy %x, %y : memref<?x?xf64> to memref<?x?xf64>
  scf.for %t = %c0 to %steps step %c1 {
    scf.parallel (%i) = (%c0) to (%m) step (%c1) {
      scf.for %j = %c3 to %n step %c1 {
        %old = memref.load %y[%i, %j] : memref<?x?xf64>
        %square = arith.mulf %old, %old : f64
        %new = arith.mulf %square, %half : f64
        memref.store %new, %y[%i, %j] : memref<?x?xf64>
      }
    }
  }
  %sum = scf.for %i = %c0 to %m step %c1 iter_args(%s = %zero) -> f64 {
    %row = scf.for %j = %c0 to %n step %c1 iter_args(%r = %s) -> f64 {
      %v = memref.load %y[%i, %j] : memref<?x?xf64>
      %q = arith.addf %r, %v : f64
      scf.yield %q : f64
    }
    scf.yield %row : f64
  }
  memref.dealloc %y : memref<?x?xf64>
  return %sum : f64
}
// Other elements have other lines.
// CHECK-LABEL: func.func private @narrow.vjp
// CHECK:           vector.load %{{.*}} : memref<256xf32>, vector<16xf32>
func.func @narrow(%x: memref<?xf32>, %steps: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %x, %c0 : memref<?xf32>
  scf.for %t = %c0 to %steps step %c1 {
    scf.for %j = %c0 to %n step %c1 {
      %old = memref.load %x[%j] : memref<?xf32>
      %new = arith.mulf %old, %old : f32
      memref.store %new, %x[%j] : memref<?xf32>
    }
  }
  return
}
// CHECK-LABEL: func.func private @sums.vjp
// CHECK-NOT:     nontemporal
// CHECK:         return
func.func @sums(%x: memref<?xf32>, %steps: index) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %n = memref.dim %x, %c0 : memref<?xf32>
  %sum = scf.for %t = %c0 to %steps step %c1 iter_args(%s = %zero) -> f32 {
    %row = scf.for %j = %c0 to %n step %c1 iter_args(%r = %s) -> f32 {
      %old = memref.load %x[%j] : memref<?xf32>
      %new = arith.mulf %old, %old : f32
      memref.store %new, %x[%j] : memref<?xf32>
      %q = arith.addf %r, %new : f32
      scf.yield %q : f32
    }
    scf.yield %row : f32
  }
  return %sum : f32
}
// CHECK-LABEL: func.func private @dear.vjp
// CHECK-NOT:     nontemporal
// CHECK:         return
func.func @dear(%x: memref<?xf64>, %steps: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %x, %c0 : memref<?xf64>
  scf.for %t = %c0 to %steps step %c1 {
    scf.for %j = %c0 to %n step %c1 {
      %old = memref.load %x[%j] : memref<?xf64>
      %new = math.sin %old : f64
      memref.store %new, %x[%j] : memref<?xf64>
    }
  }
  return
}
// CHECK-LABEL: func.func private @every_second.vjp
// CHECK-NOT:     nontemporal
// CHECK:         return
func.func @every_second(%x: memref<?xf64>, %steps: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %n = memref.dim %x, %c0 : memref<?xf64>
  scf.for %t = %c0 to %steps step %c1 {
    scf.for %j = %c0 to %n step %c2 {
      %old = memref.load %x[%j] : memref<?xf64>
      %new = arith.mulf %old, %old : f64
      memref.store %new, %x[%j] : memref<?xf64>
    }
  }
  return
}
func.func @request(%x: memref<?xf64>, %x_bar: memref<?xf64>, %n: index, %z: memref<?xf32>, %z_bar: memref<?xf32>) {
  %one = arith.constant 1.0 : f32
  autodiff.vjp @sums(%z, %z_bar, %n, %one) args [dup, const] results [active_noneed]
    : (memref<?xf32>, memref<?xf32>, index, f32) -> ()
  autodiff.vjp @dear(%x, %x_bar, %n) args [dup, const] results [] : (memref<?xf64>, memref<?xf64>, index) -> ()
  autodiff.vjp @every_second(%x, %x_bar, %n) args [dup, const] results [] : (memref<?xf64>, memref<?xf64>, index) -> ()
  return
}
// The number of derivatives that are not those of x^4/8, x, and x^4, for small integers x: all are exact.
func.func @wrong(%n: index) -> i64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %none = arith.constant 0 : i64
  %seven = arith.constant 7 : index
  %half = arith.constant 0.5 : f64
  %one = arith.constant 1.0 : f64
  %one32 = arith.constant 1.0 : f32
  %zero = arith.constant 0.0 : f64
  %four32 = arith.constant 4.0 : f32
  %x = memref.alloc(%n) : memref<3x?xf64>
  %x_bar = memref.alloc(%n) : memref<3x?xf64>
  %z = memref.alloc(%n) : memref<?xf32>
  %z_bar = memref.alloc(%n) : memref<?xf32>
  %w = memref.alloc(%n) : memref<?xf32>
  scf.for %j = %c0 to %n step %c1 {
    scf.for %i = %c0 to %c3 step %c1 {
      %k = arith.addi %i, %j : index
      %r = arith.remui %k, %seven : index
      %l = arith.index_cast %r : index to i64
      %v = arith.sitofp %l : i64 to f64
      memref.store %v, %x[%i, %j] : memref<3x?xf64>
      memref.store %zero, %x_bar[%i, %j] : memref<3x?xf64>
      %v32 = arith.truncf %v : f64 to f32
      memref.store %v32, %z[%j] : memref<?xf32>
      memref.store %v32, %w[%j] : memref<?xf32>
      memref.store %one32, %z_bar[%j] : memref<?xf32>
    }
  }
  %u = memref.cast %x : memref<3x?xf64> to memref<?x?xf64>
  %u_bar = memref.cast %x_bar : memref<3x?xf64> to memref<?x?xf64>
  autodiff.vjp @squares(%u, %u_bar, %c2, %one) args [dup, const] results [active_noneed]
    : (memref<?x?xf64>, memref<?x?xf64>, index, f64) -> ()
  autodiff.vjp @narrow(%z, %z_bar, %c2) args [dup, const] results [] : (memref<?xf32>, memref<?xf32>, index) -> ()
  %count = scf.for %j = %c0 to %n step %c1 iter_args(%s = %none) -> i64 {
    %rows = scf.for %i = %c0 to %c3 step %c1 iter_args(%r = %s) -> i64 {
      %v = memref.load %x[%i, %j] : memref<3x?xf64>
      %vv = arith.mulf %v, %v : f64
      %vvv = arith.mulf %vv, %v : f64
      %cube = arith.mulf %vvv, %half : f64
      %left = arith.cmpi ult, %j, %c3 : index
      %want = arith.select %left, %one, %cube : f64
      %have = memref.load %x_bar[%i, %j] : memref<3x?xf64>
      %differs = arith.cmpf une, %want, %have : f64
      %more = arith.extui %differs : i1 to i64
      %t = arith.addi %r, %more : i64
      scf.yield %t : i64
    }
    %v = memref.load %w[%j] : memref<?xf32>
    %vv = arith.mulf %v, %v : f32
    %vvv = arith.mulf %vv, %v : f32
    %cube = arith.mulf %vvv, %four32 : f32
    %have = memref.load %z_bar[%j] : memref<?xf32>
    %differs = arith.cmpf une, %cube, %have : f32
    %more = arith.extui %differs : i1 to i64
    %t = arith.addi %rows, %more : i64
    scf.yield %t : i64
  }
  memref.dealloc %w : memref<?xf32>
  memref.dealloc %z_bar : memref<?xf32>
  memref.dealloc %z : memref<?xf32>
  memref.dealloc %x_bar : memref<3x?xf64>
  memref.dealloc %x : memref<3x?xf64>
  return %count : i64
}
