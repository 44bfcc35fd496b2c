//! The fault matrix: every operation meets every fault, on every core found.
//!
//! A cell is one world. It is brought to where the operation begins, the fault is laid in the way
//! of the operation's own request, and one `apply` runs into it. Then the fault is gone, and a
//! second `apply` follows. For every cell:
//!
//! - nothing panics and nothing hangs; the first apply succeeds, or its error says what could not
//!   be done to what, as the column says;
//! - the state lists exactly what the account holds, or the error names what it could not claim;
//! - a POST that may have arrived was not sent again;
//! - the second apply succeeds, the plan after it is empty, and nothing exists twice or is left
//!   over.
//!
//! The matrix is the product of the lists in `operations.rs` and `kinds.rs`: a new operation or
//! fault is one entry there.
//!
//! Some faults were written down for a create. What each means for the other operations:
//!
//! | fault | create, re-route | read | delete |
//! | --- | --- | --- | --- |
//! | 500 | nothing was made | once, not repeated | nothing was removed |
//! | 502 with HTML | made, then the page | once, repeated | removed, then the page |
//! | delayed | made, the answer comes too late | the same | removed, the answer comes too late |
//! | empty, half, cut body | of the 201 | of the 200 | of the 200, which says nothing needed |
//! | old state | the 201 shows the account before it; a network still shows `provisioning` for long | the 200 shows the account from before the object; a network `provisioning` | the 200 shows the object; the first look at a deleted network shows it `active` |
//! | 404 right after | the first look after the 201 is 404; a pool or route is looked for only when the 201 shows an old state | the look is 404 | removed, then 404 |
//! | key revoked | before the POST; a network: between it and the first look; a re-route: between DELETE and POST | before the read | before the DELETE; a network: between it and the first look |
//! | late removal | re-route: the old route stays listed for a second | - | a route stays listed for a second; the 202 of a pool; a network that stays `deprovisioning` |
//! | shows late | the new object does not show for 5 s | - | - |
//! | 404 no body | of the POST | of the look; the list decides about a network | instead of the removal |
//! | 500 waiting | the first look for what the 201 does not show; re-route: at the old route after its DELETE | the second look, when the first one lacks the object | a look at what was removed |
//! | taken | a third server has the prefix: before the POST; re-route: between DELETE and POST | before the read | before the removal |
//!
//! `-`: the operation can't meet the fault.

mod kinds;
mod matrix;
mod operations;

pub(crate) use matrix::{report, trials};
