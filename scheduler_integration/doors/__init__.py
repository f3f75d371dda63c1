"""What every door has in common, whether it is a method of api/ or a page of www/: how often strangers may knock, how long
they wait for a lock, and which headers go out with the answer.
"""
