//===- Passes.cpp - Rust passes, pipelines and the driver -----------------===//

#include "Bridge.h"
#include "Dialect.h"

#include "mlir/CAPI/IR.h"
#include "mlir/CAPI/Registration.h"
#include "mlir/CAPI/Support.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Complex/IR/Complex.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/raw_ostream.h"
#include <memory>
#include <new>

using namespace mlir;

namespace {
/// Options that Rust declares at run time. `Owner` is a pass or the options of a pipeline.
template <typename Owner>
class OptionSet {
public:
  OptionSet(Owner &owner, const AutodiffPassOption *options, size_t count) {
    for (const AutodiffPassOption &option : llvm::ArrayRef(options, count)) {
      StringRef text = option.defaultValue;
      switch (option.kind) {
      case AutodiffPassOption::String:
        declare<std::string>(owner, option, text.str(), [](const std::string &value) { return value; });
        break;
      case AutodiffPassOption::Bool:
        declare<bool>(owner, option, text == "true", [](bool value) { return value ? "true" : "false"; });
        break;
      case AutodiffPassOption::Integer: {
        int64_t number = 0;
        (void)text.getAsInteger(10, number);
        declare<int64_t>(owner, option, number, [](int64_t value) { return std::to_string(value); });
        break;
      }
      }
    }
  }

  /// Calls `body` with the values as C strings, in the order of their declaration.
  template <typename Body>
  auto withValues(Body body) const {
    SmallVector<std::string> texts;
    for (const auto &read : readers)
      texts.push_back(read());
    SmallVector<const char *> values;
    for (const std::string &text : texts)
      values.push_back(text.c_str());
    return body(values.data());
  }

private:
  template <typename T, typename Print>
  void declare(Owner &owner, const AutodiffPassOption &option, T value, Print print) {
    auto stored = std::make_shared<typename Owner::template Option<T>>(
        owner, option.name, llvm::cl::desc(option.description), llvm::cl::init(value));
    readers.push_back([stored = stored.get(), print]() -> std::string { return print(stored->getValue()); });
    storage.push_back(std::move(stored));
  }

  SmallVector<std::function<std::string()>> readers;
  SmallVector<std::shared_ptr<void>> storage;
};

struct PipelineOptions : detail::PassOptions {
  OptionSet<detail::PassOptions> set;
  explicit PipelineOptions(const AutodiffPipeline *pipeline)
      : set(*this, pipeline->options, pipeline->optionCount) {}
};

struct RustPass : OperationPass<ModuleOp> {
  const AutodiffPass *rust;
  OptionSet<Pass> options;

  explicit RustPass(const AutodiffPass *rust)
      : OperationPass<ModuleOp>(TypeID::getFromOpaquePointer(rust)), rust(rust),
        options(*this, rust->options, rust->optionCount) {}
  RustPass(const RustPass &other)
      : OperationPass<ModuleOp>(other), rust(other.rust), options(*this, rust->options, rust->optionCount) {}

  StringRef getName() const override { return rust->argument; }
  StringRef getArgument() const override { return rust->argument; }
  StringRef getDescription() const override { return rust->description; }
  std::unique_ptr<Pass> clonePass() const override { return std::make_unique<RustPass>(*this); }
  void getDependentDialects(DialectRegistry &registry) const override {
    registry.insert<autodiff::AutodiffDialect, affine::AffineDialect, arith::ArithDialect,
                    bufferization::BufferizationDialect, cf::ControlFlowDialect, complex::ComplexDialect,
                    func::FuncDialect, gpu::GPUDialect, linalg::LinalgDialect, LLVM::LLVMDialect, math::MathDialect,
                    memref::MemRefDialect, scf::SCFDialect, tensor::TensorDialect, ub::UBDialect,
                    vector::VectorDialect>();
  }
  void runOnOperation() override {
    bool ok = options.withValues([&](const char *const *values) {
      return rust->run(rust, values, wrap(getOperation().getOperation()));
    });
    if (!ok)
      signalPassFailure();
  }
};
} // namespace

extern "C" void autodiffRegisterEverything(MlirDialectRegistry registry) {
  registerAllDialects(*unwrap(registry));
  registerAllExtensions(*unwrap(registry));
  registerAllToLLVMIRTranslations(*unwrap(registry));
  unwrap(registry)->insert<autodiff::AutodiffDialect>();
}

extern "C" void autodiffRegisterUpstreamPasses() { registerAllPasses(); }

extern "C" void autodiffRegisterPass(const AutodiffPass *pass) {
  registerPass([pass]() -> std::unique_ptr<Pass> { return std::make_unique<RustPass>(pass); });
}

extern "C" void autodiffRegisterPipeline(const AutodiffPipeline *pipeline) {
  registerPassPipeline(
      pipeline->argument, pipeline->description,
      [pipeline](OpPassManager &manager, StringRef text, function_ref<LogicalResult(const Twine &)> onError) {
        PipelineOptions options(pipeline);
        if (failed(options.parseFromString(text)))
          return onError("invalid options of pipeline '" + Twine(pipeline->argument) + "'");
        std::string expanded;
        auto sink = [](void *data, MlirStringRef part) {
          *static_cast<std::string *>(data) += StringRef(part.data, part.length).str();
        };
        bool ok = options.set.withValues(
            [&](const char *const *values) { return pipeline->expand(pipeline, values, sink, &expanded); });
        if (!ok)
          return onError("pipeline '" + Twine(pipeline->argument) + "': " + expanded);
        return parsePassPipeline(expanded, manager);
      },
      [pipeline](function_ref<void(const detail::PassOptions &)> handle) { handle(PipelineOptions(pipeline)); });
}

extern "C" int autodiffOptMain(int argc, const char *const *argv, const char *toolName) {
  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registerAllGPUToLLVMIRTranslations(registry);
  registerAllPasses();
  registry.insert<autodiff::AutodiffDialect>();
  return asMainReturnCode(MlirOptMain(argc, const_cast<char **>(argv), toolName, registry));
}

extern "C" void autodiffOnOutOfMemory(void (*handler)()) {
  std::set_new_handler(handler);
  llvm::install_bad_alloc_error_handler(
      [](void *data, const char *, bool) { reinterpret_cast<void (*)()>(data)(); }, reinterpret_cast<void *>(handler));
}

extern "C" void autodiffForgetOutputErrors() { llvm::errs().clear_error(); }
