"""The demonstration: invented places, organs, officers and petitions, brought in through the services themselves."""
