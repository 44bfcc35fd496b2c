//! Detaching an interface: it is found by its address, and only an interface without any other
//! address is detached.

use std::net::{IpAddr, Ipv4Addr};

use hostup_client::{Interface, InterfaceAddress, NetworkChange, VpsNetwork};

use crate::framework::diagnostics::Diagnostic;
use crate::framework::guide::Section;
use crate::framework::resource::Context;
use crate::framework::wait::Wait;

use super::job::{job_end, scopes};

/// How often HostUp may not find an interface that it shows: a change that it carries out may be
/// the reason.
const MOST_MISSING: usize = 3;

/// Detaches the interface that has the address, and waits until the server's network no longer
/// shows it.
pub(super) async fn detach(
    context: &Context,
    mut change: NetworkChange<'_>,
    vps_id: &str,
    address: Ipv4Addr,
) -> Result<(), Diagnostic> {
    let find = |network: &VpsNetwork| network.interface_with(address).cloned();
    let mut wait = Wait::new(
        &context.operation,
        format!("server `{vps_id}` to lose the address `{address}`"),
        "apply again to go on; nothing is lost",
    );
    let vps = context.client.vps();
    // What HostUp accepted, and how its job failed.
    let mut accepted = false;
    let mut failed: Option<Diagnostic> = None;
    let mut missing = 0;
    loop {
        let written = context.written.filter(|_| !accepted);
        let found = vps
            .find_in_network(wait.operation(), vps_id, written, find)
            .await;
        let interface = match wait.tolerate(found)? {
            None => {
                wait.pause("not readable").await?;
                continue;
            }
            Some(None) => return Ok(()),
            Some(Some(interface)) => interface,
        };
        if let Some(failed) = failed {
            return Err(failed);
        }
        if accepted {
            wait.pause("still there").await?;
            continue;
        }
        let name = removable(vps_id, address, &interface)?;
        match change.detach(wait.operation(), name).await {
            Ok(()) => {
                accepted = true;
                failed = job_end(&change, &mut wait).await?;
            }
            Err(error) if error.is_vps_not_ready() => {
                wait.pause("not ready for a change").await?;
            }
            // The next read tells whether HostUp did it all the same.
            Err(error) if error.may_have_happened() => {
                wait.pause("still there").await?;
            }
            Err(error) if error.status() == Some(404) && missing < MOST_MISSING => {
                missing += 1;
                wait.pause("still there, though HostUp does not find it")
                    .await?;
            }
            Err(error) => return Err(scopes(error)),
        }
    }
}

/// The interface's name, if nothing but the address goes with it.
fn removable<'a>(
    vps_id: &str,
    address: Ipv4Addr,
    interface: &'a Interface,
) -> Result<&'a str, Diagnostic> {
    let Some(name) = interface.name.as_deref().filter(|it| !it.is_empty()) else {
        return Err(Diagnostic::without_summary(format!(
            "HostUp shows no name for the interface of server `{vps_id}` that has `{address}`"
        ))
        .section(Section::PrivateInterfaces));
    };
    let is_other = |it: &InterfaceAddress| match it.parsed() {
        Some(IpAddr::V4(other)) => other != address,
        Some(IpAddr::V6(other)) => !other.is_unicast_link_local(),
        None => false,
    };
    let others: Vec<_> = interface
        .addresses
        .iter()
        .filter(|it| is_other(it))
        .filter_map(|it| it.ip.as_deref())
        .collect();
    if others.is_empty() {
        return Ok(name);
    }
    Err(Diagnostic::without_summary(format!(
        "the interface `{name}` of server `{vps_id}` has `{}` besides `{address}`, and would \
         take it along",
        others.join("`, `")
    ))
    .hint(
        Section::PrivateInterfaces,
        "move the other address at HostUp first, or take this resource out of Terraform with a \
         `removed` block",
    ))
}
