# The pages are edited by hand; tests/lint/docs compares them with the tables of the programs.
dist_man5_MANS = deploy/man/motet.conf.5
dist_man7_MANS = \
	deploy/man/motet-client.7 \
	deploy/man/motet.7
dist_man8_MANS = \
	deploy/man/motetctl-actor.8 \
	deploy/man/motetctl-doctor.8 \
	deploy/man/motetctl-epoch.8 \
	deploy/man/motetctl-foreign.8 \
	deploy/man/motetctl-invite.8 \
	deploy/man/motetctl-key.8 \
	deploy/man/motetctl-keypackage.8 \
	deploy/man/motetctl-prune.8 \
	deploy/man/motetctl-session.8 \
	deploy/man/motetctl-setup.8 \
	deploy/man/motetctl-status.8 \
	deploy/man/motetctl-token.8 \
	deploy/man/motetctl-totp.8 \
	deploy/man/motetctl.8 \
	deploy/man/motetd.8
