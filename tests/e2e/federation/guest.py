"""Actors of servers that are not ours, as clients of ours."""
from foreign_home import Person
from world import Client, complete, identify, token_of, trial


class Guest(Client):
    """A Person of a Home who uses our servers; the parts of the person may be changed until the last moment."""

    def __init__(self, home, name="vera", session="client1"):
        self.person = Person(home, name, session)
        home.people.append(self.person)
        self.home, self.fid, self.session, self.key = home, self.person.fid, session, self.person.key

    cert = property(lambda self: self.person.cert)
    serial = property(lambda self: self.person.serial)

    def token_for(self, server, **claims):
        return self.person.token_for(server, **claims)

    def log_in(self, server):
        """One session token by each of the three ways."""
        return [token_of(identify(server, self)), token_of(complete(server, self, trial(server, self.fid))), token_of(self.auth(server))]
