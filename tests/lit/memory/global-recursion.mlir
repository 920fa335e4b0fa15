// Functions that call themselves or each other hand on the globals that they reach, the differentiated one included.
// RUN: autodiff-run %s --entry polynomial --arg 0.7 --arg 4 --mode check
// RUN: autodiff-run %s --entry turns --arg 0.6 --arg 5 --mode check
// RUN: autodiff-run %s --entry deep --arg 0.4 --arg 3 --mode check
memref.global "private" @value : memref<f64> = uninitialized
memref.global "private" @pair : memref<2xf64> = uninitialized
func.func private @horner(%x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %p = memref.get_global @value : memref<f64>
  %v = memref.load %p[] : memref<f64>
  %done = arith.cmpi eq, %n, %c0 : index
  %r = scf.if %done -> f64 {
    scf.yield %v : f64
  } else {
    %k = arith.index_cast %n : index to i64
    %c = arith.sitofp %k : i64 to f64
    %vx = arith.mulf %v, %x : f64
    %w = arith.addf %vx, %c : f64
    memref.store %w, %p[] : memref<f64>
    %m = arith.subi %n, %c1 : index
    %y = func.call @horner(%x, %m) : (f64, index) -> f64
    scf.yield %y : f64
  }
  return %r : f64
}
func.func @polynomial(%x: f64, %n: index) -> f64 {
  %p = memref.get_global @value : memref<f64>
  %s = math.exp %x : f64
  memref.store %s, %p[] : memref<f64>
  %y = call @horner(%x, %n) : (f64, index) -> f64
  return %y : f64
}
func.func private @left(%x: f64, %n: index) attributes {no_inline} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %more = arith.cmpi sgt, %n, %c0 : index
  scf.if %more {
    %p = memref.get_global @pair : memref<2xf64>
    %v = memref.load %p[%c1] : memref<2xf64>
    %w = arith.mulf %v, %x : f64
    memref.store %w, %p[%c0] : memref<2xf64>
    %m = arith.subi %n, %c1 : index
    func.call @right(%m) : (index) -> ()
  }
  return
}
func.func private @right(%n: index) attributes {no_inline} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %more = arith.cmpi sgt, %n, %c0 : index
  scf.if %more {
    %p = memref.get_global @pair : memref<2xf64>
    %v = memref.load %p[%c0] : memref<2xf64>
    %w = math.sin %v : f64
    memref.store %w, %p[%c1] : memref<2xf64>
    %m = arith.subi %n, %c1 : index
    func.call @left(%v, %m) : (f64, index) -> ()
  }
  return
}
func.func @turns(%x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %p = memref.get_global @pair : memref<2xf64>
  memref.store %x, %p[%c0] : memref<2xf64>
  memref.store %x, %p[%c1] : memref<2xf64>
  call @left(%x, %n) : (f64, index) -> ()
  %v = memref.load %p[%c0] : memref<2xf64>
  %w = memref.load %p[%c1] : memref<2xf64>
  %y = arith.addf %v, %w : f64
  return %y : f64
}
// What is differentiated calls itself, and only a callee of its callee knows the global.
func.func private @multiply(%x: f64) attributes {no_inline} {
  %p = memref.get_global @value : memref<f64>
  %v = memref.load %p[] : memref<f64>
  %w = arith.mulf %v, %x : f64
  memref.store %w, %p[] : memref<f64>
  return
}
func.func private @twice(%x: f64) attributes {no_inline} {
  call @multiply(%x) : (f64) -> ()
  call @multiply(%x) : (f64) -> ()
  return
}
func.func private @result() -> f64 attributes {no_inline} {
  %p = memref.get_global @value : memref<f64>
  %v = memref.load %p[] : memref<f64>
  return %v : f64
}
func.func private @begin(%x: f64) attributes {no_inline} {
  %p = memref.get_global @value : memref<f64>
  memref.store %x, %p[] : memref<f64>
  return
}
func.func @deep(%x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %done = arith.cmpi eq, %n, %c0 : index
  scf.if %done {
    func.call @begin(%x) : (f64) -> ()
  } else {
    %m = arith.subi %n, %c1 : index
    %0 = func.call @deep(%x, %m) : (f64, index) -> f64
    func.call @twice(%x) : (f64) -> ()
  }
  %y = call @result() : () -> f64
  return %y : f64
}
