//! What the state had of an object that is gone, carried from the read to the plan that follows it.
//!
//! The core drops such an object from the state before it plans, so that a plan sees a new object like any
//! other. But it hands the private data which came with the "gone" to the plan of the same object; nothing
//! of that is stored.

use prost::bytes::Bytes;

/// Before the state. No resource's own private data begins so: as Message Pack it is a number, after which
/// nothing may follow.
const GONE: &[u8] = b"gone:";

/// Private data that carries the last known `state`.
pub(super) fn carry(state: &[u8]) -> Bytes {
    [GONE, state].concat().into()
}

/// The state that private data carries, if it does.
pub(super) fn carried(private: &[u8]) -> Option<&[u8]> {
    private.strip_prefix(GONE)
}
