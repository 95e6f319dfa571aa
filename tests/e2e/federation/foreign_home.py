class Homes:
    def __init__(self, *a): pass
    def peers(self): return []
    def start(self): pass
    def stop(self): pass
