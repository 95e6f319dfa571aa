# With a prefix of one's own, what `make install` leaves ready to be filled: configuration, state and the socket's directory.
if OWN_STATE
install-data-local:
	$(MKDIR_P) '$(DESTDIR)$(sysconfdir)' '$(DESTDIR)$(runstatedir)/motet' '$(DESTDIR)$(localstatedir)/lib/motet'
	chmod 700 '$(DESTDIR)$(localstatedir)/lib/motet'
endif
