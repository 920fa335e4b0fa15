// What a loop of `cf` overwrites is saved in an array, not in a stack that grows.
// RUN: autodiff-opt %s --autodiff-wrap="function=power args=active,const results=active_noneed" --autodiff-differentiate | FileCheck %s
// RUN: autodiff-run %s --entry power --arg 0.7 --arg 6 --mode check
// RUN: autodiff-run %s --entry power --arg 0.7 --arg 0 --mode check

// CHECK-LABEL: func.func private @power.vjp
// CHECK-SAME:    (%{{.*}}: f64, %[[N:.*]]: index, %{{.*}}: f64)
// CHECK-NOT:     scf.while
// CHECK:         autodiff.cache(%{{.+}}) : 
// CHECK:         scf.for
// CHECK:         scf.for
// CHECK-NOT:     scf.while
// CHECK:         return
func.func @power(%x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  cf.br ^head(%c0, %x : index, f64)
^head(%i: index, %p: f64):
  %more = arith.cmpi slt, %i, %n : index
  cf.cond_br %more, ^body, ^exit
^body:
  %q = arith.mulf %p, %x : f64
  %s = math.sin %q : f64
  %next = arith.addi %i, %c1 : index
  cf.br ^head(%next, %s : index, f64)
^exit:
  return %p : f64
}
