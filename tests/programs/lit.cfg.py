# Whole programs, tested in the way of tests/lit.
import os

here = os.path.dirname(__file__)
lit_config.load_config(config, os.path.join(here, "..", "lit", "lit.cfg.py"))
config.name = "programs"
config.test_source_root = here
config.test_exec_root = os.path.join(os.environ["AUTODIFF_LIT_SCRATCH"], "programs")
