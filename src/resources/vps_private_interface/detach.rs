//! Detaching an interface: it is found by its address, and only an interface without any other
//! address is detached.

use std::net::{IpAddr, Ipv4Addr};

use hostup_client::{Interface, InterfaceAddress, NetworkChange};

use crate::framework::diagnostics::Diagnostic;
use crate::framework::guide::Section;
use crate::framework::wait::Wait;

use super::job::{Target, scopes};

/// How often HostUp may not find an interface that it shows: a change that it carries out may be
/// the reason.
const MOST_MISSING: usize = 3;
/// How often a detach is sent whose response was lost. The interface is still there each time.
const MOST_SENT: usize = 3;

/// Detaches the interface that has the address, and waits until the server's network no longer
/// shows it. An attach that HostUp may still carry out is waited for.
pub(super) async fn detach(
    target: Target<'_>,
    mut change: NetworkChange<'_>,
) -> Result<(), Diagnostic> {
    let Target {
        context,
        vps_id,
        address,
        written,
    } = target;
    let mut wait = Wait::new(
        &context.operation,
        format!("server `{vps_id}` to lose the address `{address}`"),
        "apply again to go on; nothing is lost",
    );
    let (mut missing, mut sent) = (0, 0);
    loop {
        // The job is read first: a change that has ended by then shows in the network.
        let coming = target.may_come(wait.operation()).await;
        let coming = wait.tolerate(coming)?.flatten();
        // While HostUp attaches it, a missing address needs no further reads.
        let written = written.filter(|_| coming.is_none());
        let found = target.read(wait.operation(), written).await;
        let interface = match (wait.tolerate(found)?, coming) {
            (Some(Some(interface)), _) => interface,
            (Some(None), None) => return Ok(()),
            (Some(None), Some(coming)) => {
                wait.pause(&coming).await?;
                continue;
            }
            (None, _) => {
                wait.pause("not readable").await?;
                continue;
            }
        };
        let name = removable(vps_id, address, &interface)?;
        match change.detach(wait.operation(), name).await {
            Ok(()) => {
                let gone = |found: Option<_>| found.is_none().then_some(());
                return target.follow(&change, &mut wait, "still there", gone).await;
            }
            Err(error) if error.is_vps_not_ready() => {
                wait.pause_after(&error, "not ready for a change").await?;
            }
            Err(error) if error.may_have_happened() => {
                let is_gone = |it: Option<&_>| it.and_then(|it| target.find(it)).is_none();
                // Leaves time to repeat the detach.
                let operation = wait.operation();
                let operation = operation.limited(operation.remaining() / 4);
                let settled = change
                    .settle(&operation, |it| is_gone(it).then_some(()))
                    .await;
                if let Ok(Some(())) = settled {
                    return Ok(());
                }
                sent += 1;
                if sent == MOST_SENT {
                    return Err(Diagnostic::from(error)
                        .line(format!("Server `{vps_id}` still has `{address}`.")));
                }
                wait.pause_after(&error, "still there").await?;
            }
            Err(error) if error.status() == Some(404) && missing < MOST_MISSING => {
                missing += 1;
                wait.pause_after(&error, "still there, though HostUp does not find it")
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
        None => true,
    };
    let others = interface.addresses.iter().filter(|it| is_other(it));
    // An address that cannot be parsed counts as another one.
    let text = |it: &InterfaceAddress| it.ip.clone().or_else(|| it.id.clone());
    let others: Vec<_> = others.filter_map(text).collect();
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
