package demo

import (
	"strings"

	"feebridge/app/billing"
	"feebridge/app/money"
)

// client is a row of the table of clients.
type client struct {
	name     string
	street   string
	city     string
	postcode string
	region   string // the option under which its work is tracked
	size     int    // 1 to largest: how much work it is
	work     []job  // in turn
	currency money.Currency
	email    string // made from the name where it is empty
}

const largest = 5

// regularClients is how many of the clients have their turn in the ordinary run of invoices. Those after them appear in
// cases alone.
const regularClients = 56

var (
	company  = []job{gstReturn, annualAccounts, payroll, secretarial}
	trade    = []job{bookkeeping, gstReturn, interimAccounts, payroll}
	practice = []job{advisory, bookkeeping, annualAccounts, secretarial}
	charity  = []job{audit, interimAccounts, onCharge, annualAccounts}
	person   = []job{personalReturn, advisory}
	abroad   = []job{advisory, interimAccounts}
)

// clients names some as the simulator's demo organisation names its contacts, one of them in other letters and spaces;
// the others are unknown there.
var clients = []client{
	{"KAURI JOINERY  Ltd", "12 Dent Street", "Whangārei", "0110", "North", 3, trade, "", ""},
	{"Harbour Café", "3 Norwich Quay", "Lyttelton", "8082", "South", 1, trade, "", ""},
	{"Ridgeway University", "Private Bag 3105", "Hamilton", "3240", "North", 5, charity, "", ""},
	{"Pōhutukawa Books", "610 Pollen Street", "Thames", "3500", "North", 1, company, "", ""},
	{"Southern Alps Guiding Ltd", "1 Bowen Drive", "Aoraki", "7999", "South", 2, company, "", ""},
	{"Taranaki Dairy Co-op", "88 High Street", "Hāwera", "4610", "West Coast", 5, company, "", ""},
	{"Te Aro Architects", "14 Ghuznee Street", "Wellington", "6011", "Eastside", 4, practice, "", ""},
	{"Wairau Vineyards", "410 Rapaura Road", "Renwick", "7273", "South", 4, company, "", ""},
	{"O'Hara & Daughters", "22 Revell Street", "Hokitika", "7810", "West Coast", 2, trade, "", ""},
	{"Eastport City Council", "1 Civic Square", "Eastport", "4010", "Eastside", 5, charity, "", ""},
	{"Lakeside Veterinary", "55 Ardmore Street", "Wānaka", "9305", "South", 3, practice, "", ""},
	{"Boulder Software Inc", "2040 Pearl Street", "Boulder", "80302", "Eastside", 4, abroad, "USD", ""},
	{"Gum Tree Imports Pty Ltd", "7 Sturt Street", "Ballarat", "3350", "Eastside", 3, abroad, "AUD", ""},
	{"Thames & Tyne Ltd", "9 Grey Street", "Newcastle", "NE1 6EE", "Eastside", 2, abroad, "GBP", ""},

	{"Aotea Roofing Ltd", "31 Parumoana Street", "Porirua", "5022", "Eastside", 3, trade, "", ""},
	{"Arrowtown Bakehouse", "14 Ramshaw Lane", "Arrowtown", "9302", "South", 2, trade, "", ""},
	{"Bluff Oyster Company", "2 Gore Street", "Bluff", "9814", "South", 3, company, "", ""},
	{"Bream Bay Surf School", "40 Karawai Street", "Ruakākā", "0116", "North", 1, trade, "", ""},
	{"Brightwater Engineering", "6 Factory Road", "Brightwater", "7022", "South", 4, company, "", ""},
	{"Buller Gorge Rafting", "1 Fairfax Street", "Murchison", "7007", "West Coast", 2, trade, "", ""},
	{"Cable Bay Winery", "12 Nick Johnstone Drive", "Waiheke", "1971", "North", 3, company, "", ""},
	{"Catlins Wool Growers", "5 Main Road", "Ōwaka", "9535", "South", 3, company, "", ""},
	{"Clutha Gold Cycles", "9 Ross Place", "Lawrence", "9532", "South", 1, trade, "", ""},
	{"D. & M. Whareaitu", "18 Ridge Road", "Ōpōtiki", "3122", "Eastside", 1, person, "", ""},
	{"Dargaville Motors (2019) Ltd", "77 Victoria Street", "Dargaville", "0310", "North", 3, trade, "", ""},
	{"Devonport Yacht Chandlers", "3 Queens Parade", "Auckland", "0624", "North", 2, company, "", ""},
	{"Dr Leilani Tuala", "26 Mount Street", "Nelson", "7010", "South", 2, person, "", ""},
	{"East Cape Apiaries", "SH35", "Te Araroa", "4087", "Eastside", 2, trade, "", ""},
	{"Fantail Early Childcare Trust", "19 Rata Street", "Naenae", "5011", "Eastside", 4, charity, "", ""},
	{"Levin Saleyards Ltd", "10 Warwick Street", "Levin", "5510", "West Coast", 4, company, "", ""},
	{"Fox Glacier Motel", "38 Sullivan Road", "Fox Glacier", "7859", "West Coast", 2, trade, "", ""},
	{"Gisborne Gumboots", "201 Gladstone Road", "Gisborne", "4010", "Eastside", 1, company, "", ""},
	{"Hector's Dolphin Trust", "14 Rue Lavaud", "Akaroa", "7520", "South", 2, charity, "", ""},
	{"Hibiscus Pharmacy", "4 Moana Avenue", "Ōrewa", "0931", "North", 3, practice, "", ""},
	{"Huka Honey Hive", "65 Karetoto Road", "Taupō", "3384", "North", 2, trade, "", ""},
	{"Ihaia Brothers Shearing", "120 Waipawa Road", "Waipukurau", "4200", "Eastside", 3, trade, "", ""},
	{"J. K. Pereira", "7 Kōwhai Crescent", "Te Awamutu", "3800", "North", 1, person, "", ""},
	{"Kāpiti Coast Physiotherapy", "15 Kāpiti Road", "Paraparaumu", "5032", "West Coast", 2, practice, "", ""},
	{"Kererū Catering", "8 Allen Street", "Wellington", "6011", "Eastside", 2, trade, "", ""},
	{"Lambton Legal", "50 Lambton Quay", "Wellington", "6011", "Eastside", 5, practice, "", ""},
	{"Mangawhai Community Trust", "1 Molesworth Drive", "Mangawhai", "0505", "North", 2, charity, "", ""},
	{"Mātai Optometry", "21 The Square", "Palmerston North", "4410", "West Coast", 3, practice, "", ""},
	{"Miramar Film Services", "9 Park Road", "Wellington", "6022", "Eastside", 4, practice, "", ""},
	{"Motueka Hop Farm", "90 High Street", "Motueka", "7120", "South", 3, company, "", ""},
	{"N. Sørensen-Blackwood", "2 Marine Parade", "Napier", "4110", "Eastside", 2, person, "", ""},
	{"Ōamaru Stone Works", "1 Tyne Street", "Ōamaru", "9400", "South", 3, trade, "", ""},
	{"Petone Print & Packaging", "44 Jackson Street", "Petone", "5012", "Eastside", 3, company, "", ""},
	{"Raglan Roast Works", "7 Wallis Street", "Raglan", "3225", "West Coast", 2, trade, "", ""},
	{"Remarkables Property Group", "12 Shotover Street", "Queenstown", "9300", "South", 5, company, "", ""},
	{"Rotorua Thermal Spas", "1000 Hinemoa Street", "Rotorua", "3010", "North", 4, company, "", ""},
	{"Stewart Island Ferries", "Main Wharf", "Oban", "9846", "South", 3, company, "", ""},
	{"T. R. Ngaropo Family Trust", "33 Commerce Street", "Whakatāne", "3120", "Eastside", 1, person, "", ""},
	{"Tauranga Kiwifruit Packers", "80 Tōtara Street", "Mount Maunganui", "3116", "North", 5, company, "", ""},
	{"Timaru Salt Company", "15 Port Loop Road", "Timaru", "7910", "South", 2, trade, "", ""},
	{"Waikanae Dental", "6 Mahara Place", "Waikanae", "5036", "West Coast", 2, practice, "", ""},
	{"Whanganui River Lodge", "4 Somme Parade", "Whanganui", "4500", "West Coast", 2, trade, "", ""},

	{"Kōwhai Dental Care", "17 Victoria Avenue", "Whanganui", "4500", "West Coast", 3, practice, "", ""},
	{"Pukeko Print", "29 Kelvin Street", "Invercargill", "9810", "South", 2, company, "", ""},
	{"Tui Street Books", "5 Tui Street", "Featherston", "5710", "Eastside", 1, company, "", ""},
	{"Weka Couriers", "11 Mackay Street", "Greymouth", "7805", "West Coast", 2, trade, "", ""},
}

// named is the client of that name.
func named(name string) client {
	for _, c := range clients {
		if c.name == name {
			return c
		}
	}
	return client{}
}

func (c client) code() string { return billing.SuggestCode(plain(c.name)) }

func (c client) id() billing.ClientID { return billing.ClientID(identifier("client", c.code())) }

func (c client) entity() billing.Client {
	e := billing.Client{
		ID: c.id(), Code: c.code(), Name: c.name, Email: c.email,
		Address: billing.Address{Lines: [4]string{c.street}, City: c.city, PostalCode: c.postcode, Country: "New Zealand"},
	}
	switch c.currency {
	case "AUD":
		e.Address.Country = "Australia"
	case "GBP":
		e.Address.Country = "United Kingdom"
	case "USD":
		e.Address.Country = "United States"
	}
	if e.Email == "" {
		e.Email = "accounts@" + strings.ToLower(e.Code) + ".example"
	}
	return e
}

// plain is the name in the letters of English.
func plain(name string) string {
	return strings.NewReplacer(
		"ā", "a", "ē", "e", "é", "e", "ī", "i", "ō", "o", "ø", "o", "ū", "u", "Ō", "O", "'", "",
	).Replace(name)
}
