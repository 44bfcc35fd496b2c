//! Functions on networks that the core lacks. They are pure, offline, and take IPv4 and IPv6.

mod canonical_cidr;
mod cidr_contains;
mod next_free_prefix;

pub use canonical_cidr::CanonicalCidr;
pub use cidr_contains::CidrContains;
pub use next_free_prefix::NextFreePrefix;
