#ifndef MOTET_CTL_CMD_H
#define MOTET_CTL_CMD_H
#include "ctl/ctl.h"
#include "store/q_server_key.h"
/* The functions that the rows of commands.c name. Each is in cmd_<first word of the command>.c. */
command_fn cmd_init, cmd_migrate, cmd_actor_add, cmd_actor_list, cmd_actor_show, cmd_actor_passwd,
    cmd_actor_deactivate, cmd_admin_grant, cmd_admin_revoke, cmd_key_show, cmd_key_rotate,
    cmd_session_list, cmd_session_revoke, cmd_foreign_list, cmd_foreign_show, cmd_foreign_refresh,
    cmd_foreign_block, cmd_foreign_unblock, cmd_event_list, cmd_epoch_list, cmd_epoch_show,
    cmd_epoch_restored, cmd_epoch_moved, cmd_backup, cmd_restore, cmd_invite_create,
    cmd_invite_list, cmd_invite_show, cmd_invite_revoke, cmd_token_status, cmd_token_on,
    cmd_keypackage_stats, cmd_token_off, cmd_token_list, cmd_token_delete, cmd_totp_show,
    cmd_totp_enrol, cmd_totp_confirm, cmd_totp_reset, cmd_prune, cmd_verify, cmd_status, cmd_top,
    cmd_completion, cmd_config, cmd_version, cmd_doctor, cmd_selftest, cmd_help;
/*
 * Returns OK if the identity key was made for this server's domain and this host's secret decrypts
 * it; otherwise motetctl exits with EX_CONFIG. A host with another secret must not change the
 * identity: the other hosts could not decrypt a key that it stores.
 */
must_check enum err cmd_key_check(struct ctl *, const struct server_key *);
#endif
