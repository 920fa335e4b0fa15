// What is ordered is no race: barriers, atomic updates, private memory, memory of earlier blocks and launches.
// RUN: autodiff-run %s --entry ordered --target gpu-host --check-races --arg 0 --arg zeros:6 | FileCheck %s
!row = memref<2xf32, #gpu.address_space<workgroup>>
!cell = memref<1xf32, #gpu.address_space<private>>
func.func @ordered(%sum: memref<f32>, %out: memref<6xi8>) {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %two = arith.constant 2 : index
  %three = arith.constant 3 : index
  %value = arith.constant 1.0 : f32
  scf.for %launch = %zero to %two step %one {
    gpu.launch blocks(%bx, %by, %bz) in (%gx = %three, %gy = %one, %gz = %one)
               threads(%tx, %ty, %tz) in (%sx = %two, %sy = %one, %sz = %one)
               workgroup(%row : !row) private(%cell : !cell) {
      memref.store %value, %cell[%zero] : !cell
      memref.store %value, %row[%tx] : !row
      gpu.barrier
      %other = arith.xori %tx, %one : index
      %theirs = memref.load %row[%other] : !row
      %own = memref.load %cell[%zero] : !cell
      %scratch = memref.alloc() : memref<1xf32>
      memref.store %theirs, %scratch[%zero] : memref<1xf32>
      %copy = memref.load %scratch[%zero] : memref<1xf32>
      memref.dealloc %scratch : memref<1xf32>
      %more = arith.addf %own, %copy : f32
      %old = memref.atomic_rmw addf %more, %sum[] : (f32, memref<f32>) -> f32
      // Neighbours in one word.
      %start = arith.muli %bx, %two : index
      %place = arith.addi %start, %tx : index
      %byte = arith.index_cast %place : index to i8
      memref.store %byte, %out[%place] : memref<6xi8>
      gpu.terminator
    }
    // The next launch reads what this one has written.
    gpu.launch blocks(%bx, %by, %bz) in (%gx = %three, %gy = %one, %gz = %one)
               threads(%tx, %ty, %tz) in (%sx = %two, %sy = %one, %sz = %one) {
      %mine = memref.load %sum[] : memref<f32>
      %theirs = memref.load %out[%tx] : memref<6xi8>
      gpu.terminator
    }
  }
  return
}
// Two launches of six threads that add 2.
// CHECK: arg-0 {{.*}} 24
// CHECK: arg-1 {{.*}} [0, 1, 2, 3, 4, 5]
// CHECK: 'ordered_kernel': launches 2, threads 12, atomic updates 12
// CHECK: 'ordered_kernel_0': launches 2, threads 12, atomic updates 0
