//! The schemas as tables of attributes, which the derived ones must equal.

pub(crate) mod attributes;
pub(crate) mod data_sources;
pub(crate) mod gate;
pub(crate) mod limits;
pub(crate) mod resources;
pub(crate) mod timeouts;
