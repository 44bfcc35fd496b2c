//! Finds a network by its name. HostUp has no filter for it, and names are not unique.

use hostup_client::{NetworkStatus, NetworkSummary};

use crate::framework::diagnostics::{Diagnostic, bullets, bullets_of_some};
use crate::framework::guide::Section;

/// Returns the networks that exist. A `retired` network is gone.
fn present(listed: &[NetworkSummary]) -> impl Iterator<Item = &NetworkSummary> {
    let is_present = |network: &&NetworkSummary| network.status != NetworkStatus::Retired;
    listed.iter().filter(is_present)
}

/// Returns the networks that exist, at most ten, to end a hint; nothing if there is none.
pub(super) fn existing(listed: &[NetworkSummary]) -> String {
    let lines = bullets_of_some(present(listed).map(|network| {
        format!(
            "`{}` (`{}`, {})",
            network.name, network.id, network.parent_cidr
        )
    }));
    if lines.is_empty() {
        lines
    } else {
        format!("; these are the account's networks:{lines}")
    }
}

/// Returns the network of this name, or `None` if there is none. A `retired` network is gone.
///
/// # Errors
/// When several networks have the name.
pub(super) fn by_name<'a>(
    listed: &'a [NetworkSummary],
    name: &str,
) -> Result<Option<&'a NetworkSummary>, Diagnostic> {
    let named: Vec<_> = present(listed)
        .filter(|network| network.name == name)
        .collect();
    match named[..] {
        [] => Ok(None),
        [only] => Ok(Some(only)),
        [..] => {
            let ids = bullets(named.iter().map(|network| {
                format!(
                    "`{}` ({}, `{}`)",
                    network.id,
                    network.parent_cidr,
                    network.status.as_str()
                )
            }));
            Err(
                Diagnostic::without_summary(format!("more than one network is named `{name}`"))
                    .hint(Section::Lookups, format!("use the id of one of them:{ids}")),
            )
        }
    }
}
