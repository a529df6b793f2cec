"""Procedure (程序): the regulation computed. Pure: no clock, no database, standard library only."""
