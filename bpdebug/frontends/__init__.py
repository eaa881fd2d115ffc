"""What watches a framework and tells the recorder. Only here is anything known of how a framework works.

`engine.watch` is for our own engine, `alias` gives it the name `chainer`.
"""
