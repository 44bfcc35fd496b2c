//! Attaching an interface: the request, its job, and the server's network, which alone tells
//! whether the interface is there.

use std::net::Ipv4Addr;

use hostup_client::{Error, Interface, NetworkChange, NewPrivateInterface};

use crate::framework::diagnostics::Diagnostic;
use crate::framework::guide::Section;
use crate::framework::wait::Wait;

use super::checks;
use super::job::{Target, scopes};
use super::subnet::Place;

/// Attaches the interface and waits until the server's network shows it. `accepted` is called as
/// soon as HostUp may have begun, and before anything waits.
pub(super) async fn attach(
    target: Target<'_>,
    mut change: NetworkChange<'_>,
    place: &Place,
    accepted: impl FnOnce() + Send,
) -> Result<Interface, Diagnostic> {
    let Target {
        context,
        vps_id,
        address,
        written: _,
    } = target;
    let mut wait = Wait::new(
        &context.operation,
        format!("server `{vps_id}` to have the address `{address}`"),
        "apply again to go on; nothing was attached",
    );
    let new = NewPrivateInterface {
        subnet_id: place.subnet.id.clone(),
        ip_address: address,
    };
    let accepted = |change: &NetworkChange<'_>| {
        context
            .unfinished
            .begin(change.job().map(hostup_client::Job::url));
        accepted();
    };
    let vps = context.client.vps();
    loop {
        // Read before each attempt: the change that kept the server busy may have attached it.
        let network = vps.network_opt(wait.operation(), vps_id).await?;
        let network = network.ok_or_else(|| checks::no_server(vps_id))?;
        if network.interface_with(address).is_some() {
            return Err(already_there(vps_id, address));
        }
        match change.attach(wait.operation(), &new).await {
            Ok(()) => break,
            Err(error) if error.is_vps_not_ready() => {
                wait.pause_after(&error, "not ready for a change").await?;
            }
            Err(error) if error.may_have_happened() => {
                accepted(&change);
                let settled = change
                    .settle(&context.operation, |it| target.find(it?))
                    .await;
                return match settled {
                    Ok(Some(interface)) => Ok(interface),
                    Ok(None) => Err(lost(vps_id, address, error, None)),
                    Err(unread) => Err(lost(vps_id, address, error, Some(&unread))),
                };
            }
            Err(error) => return Err(refused(target, place, error).await),
        }
    }
    accepted(&change);
    wait.advise(
        "apply again: the next apply waits for HostUp, and then replaces the interface; to keep it, \
         wait until HostUp shows the address, and run `untaint`",
    );
    target
        .follow(&change, &mut wait, "without it", |found| found)
        .await
}

fn already_there(vps_id: &str, address: Ipv4Addr) -> Diagnostic {
    let what = format!("server `{vps_id}` already has the address `{address}`");
    Diagnostic::without_summary(what)
        .at_attribute("ip_address")
        .hint(
            Section::PrivateInterfaces,
            checks::import_block(vps_id, address),
        )
}

/// The response to an attach was lost, and the server does not show what it did.
fn lost(vps_id: &str, address: Ipv4Addr, error: Error, unread: Option<&Error>) -> Diagnostic {
    let now = match unread {
        None => format!("Server `{vps_id}` does not show `{address}` yet."),
        Some(unread) => format!("The server's network could not be read since: {unread}."),
    };
    Diagnostic::from(error).line(format!(
        "{now} HostUp may attach it later. The interface is in the state, marked tainted: the \
         next apply waits until it is clear what HostUp did, and replaces the interface."
    ))
}

/// HostUp refused the attach: adds which server has the address. A search that fails adds
/// nothing.
async fn refused(target: Target<'_>, place: &Place, error: Error) -> Diagnostic {
    let Target {
        context,
        vps_id,
        address,
        written: _,
    } = target;
    let about_address = error
        .field_errors()
        .iter()
        .any(|it| it.pointer == "/ipAddress");
    if !error.is_conflict() && !about_address {
        return scopes(error);
    }
    let vps = context.client.vps();
    let own = vps.network_opt(&context.operation, vps_id).await;
    if let Ok(Some(network)) = &own
        && network.interface_with(address).is_some()
    {
        return already_there(vps_id, address);
    }
    if let Ok(Some(network)) = &own
        && let Some(other) = checks::other_in_subnet(network, address, place)
    {
        return Diagnostic::from(error)
            .line(format!("server `{vps_id}` has `{other}` in this subnet"))
            .hint(Section::PrivateInterfaces, checks::ONE_A_SUBNET);
    }
    let networks = context.client.private_networks();
    let now = networks.get_opt(&context.operation, &place.network.id);
    let now = now.await.ok().flatten();
    let network = now.as_ref().unwrap_or(&place.network);
    let holder = checks::holder(context, network, address, vps_id, true).await;
    let refused = Diagnostic::from(error);
    match holder.ok().flatten() {
        Some(holder) => refused.line(format!("{holder} has `{address}`")).hint(
            Section::PrivateInterfaces,
            "choose another address, or detach that interface first",
        ),
        None if network.unused_address_reservation_count.unwrap_or(0) > 0 => refused.hint(
            Section::PrivateInterfaces,
            "HostUp still reserves an address of the private network that no server has, which \
             may be this one; choose another address, or apply again in a while",
        ),
        None => refused.section(Section::PrivateInterfaces),
    }
}
