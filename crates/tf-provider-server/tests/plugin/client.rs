//! A client that plays the core: it starts the server, reads the handshake line, connects and makes
//! calls.

pub(crate) mod identity;
pub(crate) mod process;
pub(crate) mod values;

use std::sync::Arc;

use hyper_util::rt::TokioIo;
use identity::Core;
use process::Line;
pub(crate) use process::served;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, SignatureScheme};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;
use tonic::transport::{Channel, Endpoint};

use crate::protocol::tfplugin6::Diagnostic;
use crate::protocol::tfplugin6::provider_client::ProviderClient;

/// A client of the provider's service, on one connection.
pub(crate) type Provider = ProviderClient<Channel>;

trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// Connects as `core` to the address in the handshake line, with TLS if it has a certificate.
pub(crate) async fn connect(line: &Line, core: &Core) -> Result<Channel, tonic::transport::Error> {
    let (line, core) = (line.clone(), core.clone());
    let connector = tower::service_fn(move |_| {
        let (line, core) = (line.clone(), core.clone());
        async move { open(&line, &core).await.map(TokioIo::new) }
    });
    Endpoint::from_static("http://plugin")
        .connect_with_connector(connector)
        .await
}

/// Returns a client that allows large messages.
pub(crate) fn provider(channel: Channel) -> Provider {
    ProviderClient::new(channel)
        .max_decoding_message_size(512 << 20)
        .max_encoding_message_size(512 << 20)
}

async fn open(line: &Line, core: &Core) -> std::io::Result<Box<dyn Io>> {
    let stream: Box<dyn Io> = match line.network.as_str() {
        "unix" => Box::new(UnixStream::connect(&line.address).await?),
        _ => Box::new(TcpStream::connect(&line.address).await?),
    };
    if line.certificate.is_empty() {
        return Ok(stream);
    }
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(core.versions())
        .unwrap()
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(PinnedServer {
            certificate: line.certificate.clone().into(),
            provider,
        }))
        .with_client_cert_resolver(Arc::new(core.clone()));
    let mut config = config;
    config.alpn_protocols = vec![b"h2".to_vec()];
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await?;
    // In TLS 1.3 the client is ready before the server has verified its certificate.
    tokio::io::AsyncWriteExt::flush(&mut stream).await?;
    Ok(Box::new(stream))
}

/// Trusts only the certificate in the handshake line.
#[derive(Debug)]
struct PinnedServer {
    certificate: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for PinnedServer {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if *end_entity == self.certificate {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(CertificateError::UnknownIssuer.into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// Returns the summaries of the diagnostics.
pub(crate) fn summaries(diagnostics: &[Diagnostic]) -> Vec<&str> {
    diagnostics
        .iter()
        .map(|diagnostic| diagnostic.summary.as_str())
        .collect()
}

/// Fails unless there are no diagnostics.
#[track_caller]
pub(crate) fn assert_no_diagnostics(diagnostics: &[Diagnostic]) {
    assert!(diagnostics.is_empty(), "{diagnostics:#?}");
}

/// Returns the diagnostic whose summary or detail contains `text`, and fails if there is none.
#[track_caller]
pub(crate) fn find_diagnostic<'a>(diagnostics: &'a [Diagnostic], text: &str) -> &'a Diagnostic {
    diagnostics
        .iter()
        .find(|diagnostic| diagnostic.summary.contains(text) || diagnostic.detail.contains(text))
        .unwrap_or_else(|| panic!("no diagnostic contains {text:?}: {diagnostics:#?}"))
}

/// Returns the attribute path of a diagnostic, dotted.
pub(crate) fn attribute_path(diagnostic: &Diagnostic) -> String {
    use crate::protocol::tfplugin6::attribute_path::step::Selector;
    let steps = diagnostic.attribute.iter().flat_map(|path| &path.steps);
    let names: Vec<String> = steps
        .map(|step| match step.selector.as_ref().unwrap() {
            Selector::AttributeName(name) => name.clone(),
            Selector::ElementKeyString(key) => format!("[{key:?}]"),
            Selector::ElementKeyInt(index) => format!("[{index}]"),
        })
        .collect();
    names.join(".")
}
