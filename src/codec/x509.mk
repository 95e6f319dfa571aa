libcodec_a_SOURCES += src/codec/ed25519.h src/codec/fid.h src/codec/idcert.h src/codec/idcsr.h src/codec/seal.h src/codec/signer.h
