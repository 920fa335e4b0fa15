// What the lanes of a subgroup do together becomes shuffles of 32 and 64 bits; what a block does meets in workgroup memory.
// RUN: autodiff-opt %s --autodiff-expand-subgroups | FileCheck %s
// RUN: autodiff-opt %s --autodiff-expand-subgroups=size=64 | FileCheck %s --check-prefix=WIDE
gpu.module @kernels {
  // All lanes exist: exchanges over 16, 8, 4, 2, 1.
  // CHECK-LABEL: gpu.func @full
  // CHECK-COUNT-5: gpu.shuffle xor %{{.*}} : f32
  // CHECK-NOT:     gpu.shuffle
  // WIDE-LABEL: gpu.func @full
  // WIDE-COUNT-6: gpu.shuffle xor %{{.*}} : f32
  gpu.func @full(%x: f32) -> f32 attributes {known_block_size = array<i32: 64, 2, 1>} {
    %sum = gpu.subgroup_reduce add %x : (f32) -> f32
    gpu.return %sum : f32
  }

  // A block of unknown size may end within a subgroup: lanes that do not exist are left out.
  // CHECK-LABEL: gpu.func @partial
  // CHECK:         %[[COUNT:.*]] = arith.minui
  // CHECK:         %[[EXISTS:.*]] = arith.cmpi ult, %{{.*}}, %[[COUNT]]
  // CHECK:         %[[ADDS:.*]] = arith.andi %{{.*}}, %[[EXISTS]]
  // CHECK:         gpu.shuffle idx
  // CHECK:         %[[LARGER:.*]] = arith.maximumf
  // CHECK:         arith.select %[[ADDS]], %[[LARGER]]
  gpu.func @partial(%x: f64) -> f64 {
    %max = gpu.subgroup_reduce maximumf %x : (f64) -> f64
    gpu.return %max : f64
  }

  // CHECK-LABEL: gpu.func @cluster
  // CHECK:         %[[FOUR:.*]] = arith.constant 4 : i32
  // CHECK:         gpu.shuffle xor %{{.*}}, %[[FOUR]]
  // CHECK:         %[[TWO:.*]] = arith.constant 2 : i32
  // CHECK:         gpu.shuffle xor %{{.*}}, %[[TWO]]
  // CHECK-NOT:     gpu.shuffle
  gpu.func @cluster(%x: f32) -> f32 attributes {known_block_size = array<i32: 128, 1, 1>} {
    %sum = gpu.subgroup_reduce mul %x cluster(size = 4, stride = 2) : (f32) -> f32
    gpu.return %sum : f32
  }

  // Four subgroups leave their sums in workgroup memory, and all threads add them up.
  // CHECK-LABEL: gpu.func @block
  // CHECK-SAME:    workgroup(%[[SUMS:.*]] : memref<4xf64, #gpu.address_space<workgroup>>)
  // CHECK:         scf.if
  // CHECK-NEXT:      memref.store %{{.*}}, %[[SUMS]]
  // CHECK:         gpu.barrier
  // CHECK:         %[[ALL:.*]] = scf.for
  // CHECK:           memref.load %[[SUMS]]
  // CHECK:         gpu.barrier
  // CHECK:         gpu.return %[[ALL]]
  // WIDE-LABEL: gpu.func @block
  // WIDE-SAME:     workgroup(%{{.*}} : memref<2xf64, #gpu.address_space<workgroup>>)
  gpu.func @block(%x: f64) -> f64 attributes {known_block_size = array<i32: 128, 1, 1>} {
    %sum = gpu.all_reduce %x {
    ^bb0(%a: f64, %b: f64):
      %c = arith.addf %a, %b : f64
      gpu.yield %c : f64
    } : (f64) -> f64
    gpu.return %sum : f64
  }

  // CHECK-LABEL: gpu.func @narrow
  // CHECK:         %[[BITS:.*]] = arith.bitcast %{{.*}} : f16 to i16
  // CHECK:         %[[EXTENDED:.*]] = arith.extui %[[BITS]] : i16 to i32
  // CHECK:         gpu.shuffle down %[[EXTENDED]]
  // CHECK:         arith.trunci
  gpu.func @narrow(%x: f16, %offset: i32, %width: i32) -> f16 {
    %moved, %valid = gpu.shuffle down %x, %offset, %width : f16
    gpu.return %moved : f16
  }

  // CHECK-LABEL: gpu.func @vector
  // CHECK-COUNT-2: gpu.shuffle xor %{{.*}} : f64
  // CHECK:         vector.from_elements
  gpu.func @vector(%x: vector<2xf64>, %offset: i32, %width: i32) -> vector<2xf64> {
    %moved, %valid = gpu.shuffle xor %x, %offset, %width : vector<2xf64>
    gpu.return %moved : vector<2xf64>
  }

  // CHECK-LABEL: gpu.func @numbers
  // CHECK-NOT:     gpu.subgroup
  // WIDE-LABEL: gpu.func @numbers
  // WIDE:         arith.constant 64 : index
  gpu.func @numbers() -> (index, index, index) {
    %size = gpu.subgroup_size : index
    %id = gpu.subgroup_id : index
    %count = gpu.num_subgroups : index
    gpu.return %size, %id, %count : index, index, index
  }
}
