//! Finds a network by its name. HostUp has no filter for it, and names are not unique.

use hostup_client::{NetworkStatus, NetworkSummary};

use crate::framework::diagnostics::{Diagnostic, bullets};
use crate::framework::guide::Section;

/// Returns the network of this name, or `None` if there is none. A `retired` network is gone.
///
/// # Errors
/// When several networks have the name.
pub(super) fn by_name<'a>(
    listed: &'a [NetworkSummary],
    name: &str,
) -> Result<Option<&'a NetworkSummary>, Diagnostic> {
    let named: Vec<_> = listed
        .iter()
        .filter(|network| network.name == name && network.status != NetworkStatus::Retired)
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
