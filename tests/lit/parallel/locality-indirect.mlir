// Addresses that come from memory may meet: copies where the loop runs in chunks, atomics where it does not.
// RUN: autodiff-opt %s --autodiff-print-locality=function=gather -o %t | FileCheck %s --check-prefix=PRINT
// RUN: autodiff-opt %s --autodiff-wrap=function=gather --autodiff-differentiate --autodiff-lower | FileCheck %s --check-prefix=ATOMIC
// RUN: autodiff-opt %s --autodiff-wrap=function=gather --autodiff-differentiate --autodiff-lower=sequential | FileCheck %s --check-prefix=PLAIN
// RUN: autodiff-run %s --entry gather --arg rand:50:7 --arg rand:8:1 --arg rand:50:2 --mode check --threads 2
func.func @gather(%where: memref<?xindex>, %a: memref<?xf64>, %b: memref<?xf64>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %where, %c0 : memref<?xindex>
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    %k = memref.load %where[%i] : memref<?xindex>
    %x = memref.load %a[%k] : memref<?xf64>
    %y = math.sin %x : f64
    memref.store %y, %b[%i] : memref<?xf64>
    scf.reduce
  }
  return
}
// PRINT: shared by iterations that differ in {{.*}}: a copy for each chunk
// ATOMIC-LABEL: func.func private @gather.vjp
// ATOMIC:         memref.atomic_rmw addf
// PLAIN-LABEL: func.func private @gather.vjp
// PLAIN-NOT:     memref.atomic_rmw
