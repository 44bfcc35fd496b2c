//! What the generated code needs: the runtime part as it is, and numbers in its simplest form.

#[path = "../../../../../src/plugin/model.rs"]
pub mod model;
pub mod value;
