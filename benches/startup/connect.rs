//! Connects to a provider as the core that started it.

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

/// Where a provider listens, and with which certificate.
#[derive(Clone)]
pub(crate) struct Place {
    /// `unix` or `tcp`.
    pub(crate) network: String,
    pub(crate) address: String,
    pub(crate) certificate: CertificateDer<'static>,
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl Place {
    /// Socket, TLS, HTTP/2.
    pub(crate) async fn connect(self) -> Result<Channel> {
        let connector = tower::service_fn(move |_| {
            let place = self.clone();
            async move { place.open().await.map(TokioIo::new) }
        });
        let endpoint = Endpoint::from_static("http://plugin");
        Ok(endpoint.connect_with_connector(connector).await?)
    }

    async fn open(self) -> Result<impl Stream> {
        let stream: Box<dyn Stream> = if self.network == "unix" {
            Box::new(UnixStream::connect(&self.address).await?)
        } else {
            let stream = TcpStream::connect(&self.address).await?;
            // As Go does, of which the cores are made.
            stream.set_nodelay(true)?;
            Box::new(stream)
        };
        let provider = Arc::new(ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(OnlyThisOne {
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

/// Takes the certificate that was announced, and no other. Signatures are not verified: what that
/// takes is the client's time, and differs between the kinds of keys. It is about time here, not
/// about who it is.
#[derive(Debug)]
struct OnlyThisOne {
    certificate: CertificateDer<'static>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for OnlyThisOne {
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

    /// Go's providers have a P-521 key, which ring doesn't know.
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let known = &self.provider.signature_verification_algorithms;
        let mut schemes = known.supported_schemes();
        schemes.push(SignatureScheme::ECDSA_NISTP521_SHA512);
        schemes
    }
}
