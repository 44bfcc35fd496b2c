//! Connects to a provider as a core does.

use std::sync::Arc;

use anyhow::Result;
use hyper_util::rt::TokioIo;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, SignatureScheme};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;
use tonic::transport::{Channel, Endpoint};

use crate::identity::Core;

/// A provider's address and certificate.
#[derive(Clone)]
pub(crate) struct Server {
    /// `unix` or `tcp`.
    pub(crate) network: String,
    pub(crate) address: String,
    pub(crate) certificate: CertificateDer<'static>,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Server {
    /// Opens the socket, TLS and HTTP/2.
    pub(crate) async fn connect(self) -> Result<Channel> {
        let connector = tower::service_fn(move |_| {
            let server = self.clone();
            async move { server.open().await.map(TokioIo::new) }
        });
        let endpoint = Endpoint::from_static("http://plugin");
        Ok(endpoint.connect_with_connector(connector).await?)
    }

    async fn open(self) -> Result<impl Stream> {
        let stream: Box<dyn Stream> = if self.network == "unix" {
            Box::new(UnixStream::connect(&self.address).await?)
        } else {
            let stream = TcpStream::connect(&self.address).await?;
            // The cores' network library sets it as well.
            stream.set_nodelay(true)?;
            Box::new(stream)
        };
        let provider = Arc::new(ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(PinnedCertificate {
                certificate: self.certificate,
                provider,
            }))
            .with_client_cert_resolver(Arc::new(Core::trusted()));
        config.alpn_protocols = vec![b"h2".to_vec()];
        let name = ServerName::try_from("localhost")?;
        Ok(TlsConnector::from(Arc::new(config))
            .connect(name, stream)
            .await?)
    }
}

/// Accepts only the certificate from the handshake. Signatures are not verified: that would add
/// time of the client, which differs between types of keys.
#[derive(Debug)]
struct PinnedCertificate {
    certificate: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for PinnedCertificate {
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
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    /// Providers in Go have a P-521 key, which ring does not support.
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let known = &self.provider.signature_verification_algorithms;
        let mut schemes = known.supported_schemes();
        schemes.push(SignatureScheme::ECDSA_NISTP521_SHA512);
        schemes
    }
}
