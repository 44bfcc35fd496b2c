//! Attaching an interface: the request, its job, and the server's network, which alone tells
//! whether the interface is there.

use std::net::Ipv4Addr;

use hostup_client::{Error, Interface, NetworkChange, NewPrivateInterface, VpsNetwork};

use crate::framework::diagnostics::Diagnostic;
use crate::framework::guide::Section;
use crate::framework::resource::Context;
use crate::framework::wait::Wait;

use super::checks;
use super::job::{job_end, scopes};
use super::subnet::Place;

/// Attaches the interface and waits until the server's network shows it. `accepted` is called as
/// soon as HostUp may have begun, and before anything waits.
pub(super) async fn attach(
    context: &Context,
    mut change: NetworkChange<'_>,
    vps_id: &str,
    address: Ipv4Addr,
    place: &Place,
    accepted: impl FnOnce() + Send,
) -> Result<Interface, Diagnostic> {
    let find = |network: &VpsNetwork| network.interface_with(address).cloned();
    let mut wait = Wait::new(
        &context.operation,
        format!("server `{vps_id}` to have the address `{address}`"),
        "apply again to go on",
    );
    let vps = context.client.vps();
    let network = vps.network_opt(&context.operation, vps_id).await?;
    let network = network.ok_or_else(|| checks::no_server(vps_id))?;
    if network.interface_with(address).is_some() {
        let what = format!("server `{vps_id}` already has the address `{address}`");
        return Err(Diagnostic::without_summary(what)
            .at_attribute("ip_address")
            .hint(
                Section::PrivateInterfaces,
                checks::import_block(vps_id, address),
            ));
    }
    let new = NewPrivateInterface {
        subnet_id: place.subnet.id.clone(),
        ip_address: address,
    };
    loop {
        match change.attach(wait.operation(), &new).await {
            Ok(()) => break,
            Err(error) if error.is_vps_not_ready() => {
                wait.pause("not ready for a change").await?;
            }
            Err(error) if error.may_have_happened() => {
                accepted();
                return match change.shows(&context.operation, find).await {
                    Ok(Some(interface)) => Ok(interface),
                    Ok(None) => Err(lost(vps_id, address, error, None)),
                    Err(unread) => Err(lost(vps_id, address, error, Some(&unread))),
                };
            }
            Err(error) => return Err(refused(context, vps_id, address, place, error).await),
        }
    }
    accepted();
    let failed = job_end(&change, &mut wait).await?;
    loop {
        let found = vps.network_opt(wait.operation(), vps_id).await;
        let found = wait.tolerate(found)?;
        if let Some(interface) = found.flatten().as_ref().and_then(find) {
            return Ok(interface);
        }
        if let Some(failed) = failed {
            return Err(failed);
        }
        wait.pause("without it").await?;
    }
}

/// The response to an attach was lost, and the server does not show what it did.
fn lost(vps_id: &str, address: Ipv4Addr, error: Error, unread: Option<&Error>) -> Diagnostic {
    let now = match unread {
        None => format!("Server `{vps_id}` does not show `{address}` yet."),
        Some(unread) => format!("The server's network could not be read since: {unread}."),
    };
    Diagnostic::from(error).line(format!(
        "{now} The interface is in the state, marked tainted: the next apply replaces it, if \
         HostUp attached it after \
         all."
    ))
}

/// HostUp refused the attach: adds which server has the address.
async fn refused(
    context: &Context,
    vps_id: &str,
    address: Ipv4Addr,
    place: &Place,
    error: Error,
) -> Diagnostic {
    let about_address = error
        .field_errors()
        .iter()
        .any(|it| it.pointer == "/ipAddress");
    if !error.is_conflict() && !about_address {
        return scopes(error);
    }
    let reserved = place.network.unused_address_reservation_count.unwrap_or(0);
    // The search only adds to the message: what fails in it is not the error.
    let holder = checks::holder(context, place, address, vps_id)
        .await
        .ok()
        .flatten();
    let refused = Diagnostic::from(error);
    match holder {
        Some(holder) => refused.line(format!("{holder} has `{address}`")).hint(
            Section::PrivateInterfaces,
            "choose another address, or detach that interface first",
        ),
        None if reserved > 0 => refused.hint(
            Section::PrivateInterfaces,
            format!(
                "HostUp still reserves {reserved} addresses of the private network that no \
                 server has; choose another \
                 address, or apply again in a while"
            ),
        ),
        None => refused.section(Section::PrivateInterfaces),
    }
}
