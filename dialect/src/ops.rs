//! Typed ops, generated from `Autodiff.td`.

melior::dialect! {
    name: "autodiff",
    files: ["Autodiff.td"],
    include_directory_env_vars: ["AUTODIFF_ODS_DIRECTORY"]
}
