package main

import (
	"feebridge/app"
	"feebridge/app/intake"
)

// useCases are all that a firm can do here: the use cases of app and of the rooms beside it.
type useCases struct {
	*app.App
	*intake.Intake
}

func newUseCases(p app.Params) *useCases {
	a := app.New(p)
	return &useCases{a, intake.New(a)}
}
