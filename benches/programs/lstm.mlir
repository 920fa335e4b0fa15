// The loss of a language model of LSTM cells (ADBench's), layer by layer in one state that each character updates.
//
//   f = s(in w_0 + b_0)   i = s(hid w_1 + b_1)   o = s(in w_2 + b_2)   a = tanh(hid w_3 + b_3)
//   cel <- cel f + i a;   hid <- o tanh(cel);    in <- hid              (elementwise; s(x) = 1 / (1 + exp(-x)))
//   y = in extra_1 + extra_2;   J = -sum_t sum_j seq[t+1][j] (y_j - log(2 + sum exp y)) / ((c - 1) h)
//
// main[layer][weights, biases][f, i, o, a][h], extra[input, output, bias][h], start[layer][hid, cel][h], seq[c][h].
//
//   autodiff-run benches/programs/lstm.mlir --entry lstm --arg rand:2x2x4x5:1 --arg rand:3x5:2 --arg rand:2x2x5:3 \
//     --arg rand:6x5:4 --activity dup,dup,const,const --mode vjp
func.func private @sigmoid(%x: f64) -> f64 {
  %one = arith.constant 1.0 : f64
  %minus = arith.negf %x : f64
  %e = math.exp %minus : f64
  %d = arith.addf %one, %e : f64
  %y = arith.divf %one, %d : f64
  return %y : f64
}

func.func @lstm(%main: memref<?x2x4x?xf64> {llvm.noalias}, %extra: memref<3x?xf64> {llvm.noalias},
    %start: memref<?x2x?xf64> {llvm.noalias}, %seq: memref<?x?xf64> {llvm.noalias}) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %zero = arith.constant 0.0 : f64
  %two = arith.constant 2.0 : f64
  %layers = memref.dim %start, %c0 : memref<?x2x?xf64>
  %characters = memref.dim %seq, %c0 : memref<?x?xf64>
  %h = memref.dim %seq, %c1 : memref<?x?xf64>
  %before = arith.subi %characters, %c1 : index
  %state = memref.alloc(%layers, %h) : memref<?x2x?xf64>
  memref.copy %start, %state : memref<?x2x?xf64> to memref<?x2x?xf64>
  %in = memref.alloc(%h) : memref<?xf64>
  %y = memref.alloc(%h) : memref<?xf64>
  %total = scf.for %t = %c0 to %before step %c1 iter_args(%sum = %zero) -> f64 {
    scf.for %i = %c0 to %h step %c1 {
      %character = memref.load %seq[%t, %i] : memref<?x?xf64>
      %weight = memref.load %extra[%c0, %i] : memref<3x?xf64>
      %x = arith.mulf %character, %weight : f64
      memref.store %x, %in[%i] : memref<?xf64>
    }
    scf.for %l = %c0 to %layers step %c1 {
      scf.for %i = %c0 to %h step %c1 {
        %x = memref.load %in[%i] : memref<?xf64>
        %hid = memref.load %state[%l, %c0, %i] : memref<?x2x?xf64>
        %cel = memref.load %state[%l, %c1, %i] : memref<?x2x?xf64>
        %wf = memref.load %main[%l, %c0, %c0, %i] : memref<?x2x4x?xf64>
        %bf = memref.load %main[%l, %c1, %c0, %i] : memref<?x2x4x?xf64>
        %xf = arith.mulf %x, %wf : f64
        %zf = arith.addf %xf, %bf : f64
        %f = func.call @sigmoid(%zf) : (f64) -> f64
        %wi = memref.load %main[%l, %c0, %c1, %i] : memref<?x2x4x?xf64>
        %bi = memref.load %main[%l, %c1, %c1, %i] : memref<?x2x4x?xf64>
        %xi = arith.mulf %hid, %wi : f64
        %zi = arith.addf %xi, %bi : f64
        %g = func.call @sigmoid(%zi) : (f64) -> f64
        %wo = memref.load %main[%l, %c0, %c2, %i] : memref<?x2x4x?xf64>
        %bo = memref.load %main[%l, %c1, %c2, %i] : memref<?x2x4x?xf64>
        %xo = arith.mulf %x, %wo : f64
        %zo = arith.addf %xo, %bo : f64
        %o = func.call @sigmoid(%zo) : (f64) -> f64
        %wa = memref.load %main[%l, %c0, %c3, %i] : memref<?x2x4x?xf64>
        %ba = memref.load %main[%l, %c1, %c3, %i] : memref<?x2x4x?xf64>
        %xa = arith.mulf %hid, %wa : f64
        %za = arith.addf %xa, %ba : f64
        %a = math.tanh %za : f64
        %kept = arith.mulf %cel, %f : f64
        %added = arith.mulf %g, %a : f64
        %cell = arith.addf %kept, %added : f64
        memref.store %cell, %state[%l, %c1, %i] : memref<?x2x?xf64>
        %shown = math.tanh %cell : f64
        %hidden = arith.mulf %o, %shown : f64
        memref.store %hidden, %state[%l, %c0, %i] : memref<?x2x?xf64>
        memref.store %hidden, %in[%i] : memref<?xf64>
      }
    }
    %exps = scf.for %i = %c0 to %h step %c1 iter_args(%s = %two) -> f64 {
      %x = memref.load %in[%i] : memref<?xf64>
      %w = memref.load %extra[%c1, %i] : memref<3x?xf64>
      %b = memref.load %extra[%c2, %i] : memref<3x?xf64>
      %xw = arith.mulf %x, %w : f64
      %yi = arith.addf %xw, %b : f64
      memref.store %yi, %y[%i] : memref<?xf64>
      %e = math.exp %yi : f64
      %next = arith.addf %s, %e : f64
      scf.yield %next : f64
    }
    %log = math.log %exps : f64
    %next = arith.addi %t, %c1 : index
    %loss = scf.for %i = %c0 to %h step %c1 iter_args(%s = %sum) -> f64 {
      %character = memref.load %seq[%next, %i] : memref<?x?xf64>
      %yi = memref.load %y[%i] : memref<?xf64>
      %likelihood = arith.subf %yi, %log : f64
      %term = arith.mulf %character, %likelihood : f64
      %added = arith.addf %s, %term : f64
      scf.yield %added : f64
    }
    scf.yield %loss : f64
  }
  memref.dealloc %y : memref<?xf64>
  memref.dealloc %in : memref<?xf64>
  memref.dealloc %state : memref<?x2x?xf64>
  %predicted = arith.muli %before, %h : index
  %count = arith.index_cast %predicted : index to i64
  %n = arith.sitofp %count : i64 to f64
  %negative = arith.negf %total : f64
  %j = arith.divf %negative, %n : f64
  return %j : f64
}

func.func @lstm_gradient(%main: memref<?x2x4x?xf64> {llvm.noalias}, %main_bar: memref<?x2x4x?xf64> {llvm.noalias},
    %extra: memref<3x?xf64> {llvm.noalias}, %extra_bar: memref<3x?xf64> {llvm.noalias},
    %start: memref<?x2x?xf64> {llvm.noalias}, %seq: memref<?x?xf64> {llvm.noalias}) {
  %one = arith.constant 1.0 : f64
  autodiff.vjp @lstm(%main, %main_bar, %extra, %extra_bar, %start, %seq, %one) args [dup, dup, const, const]
    results [active_noneed] : (memref<?x2x4x?xf64>, memref<?x2x4x?xf64>, memref<3x?xf64>, memref<3x?xf64>,
      memref<?x2x?xf64>, memref<?x?xf64>, f64) -> ()
  return
}
