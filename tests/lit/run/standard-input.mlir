// '-' reads the program from standard input.
// RUN: cat %s | autodiff-run - --entry f --arg 0.5 --mode check
func.func @f(%x: f64) -> f64 {
  %y = math.exp %x : f64
  return %y : f64
}
